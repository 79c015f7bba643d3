/** Draws the part of the timeline that is seen: ruler, words, sound, mouth, borders of the delivery pieces. */
import { PEAKS_PER_FRAME, type SaidSegment } from '../../../../shared/contract/take.ts';
import type { Format } from '../../../i18n/format.ts';
import { secOf, type Rate } from '../../../player/fragments.ts';
import type { TimeRange } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { tickSecOf, visible, type View } from './view.ts';

/** From the top, pixels. */
export const ROWS = { ruler: { top: 0, height: 18 }, segments: { top: 18, height: 26 }, words: { top: 44, height: 20 }, wave: { top: 64, height: 62 } } as const;
/** @param isLow without words, sound and mouth: ruler and sentences alone */
export const heightOf = (isLow: boolean): number => (isLow ? ROWS.words.top : ROWS.wave.top + ROWS.wave.height);
/** A narrower segment is a stroke: there is no room for a button. */
export const LEAST_BUTTON_PX = 14;
const FONT = '12px "Inter Variable", "Vazirmatn Variable", system-ui, sans-serif';

export interface Drawing extends View {
  data: TakeData;
  rate: Rate;
  durationSec: number;
  loopRange: TimeRange | null;
  selected: number | null;
  format: Format;
  isLow: boolean;
}

export function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { width, isLow } = drawing;
  const height = heightOf(isLow);
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  drawLoop(context, drawing, colour);
  drawRuler(context, drawing, colour);
  drawThinSegments(context, drawing, colour);
  if (isLow) return;
  drawChunks(context, drawing, colour);
  drawWave(context, drawing, colour);
  drawWords(context, drawing, colour);
}

type Colour = (name: string) => string;
const xOf = ({ pxPerSec, scrollLeft }: View, sec: number): number => sec * pxPerSec - scrollLeft;
const secAtX = ({ pxPerSec, scrollLeft }: View, x: number): number => (x + scrollLeft) / pxPerSec;

function drawLoop(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { loopRange, isLow } = drawing;
  if (!loopRange) return;
  const height = heightOf(isLow);
  const [from, to] = [xOf(drawing, loopRange.startSec), xOf(drawing, loopRange.endSec)];
  context.globalAlpha = 0.16;
  context.fillStyle = colour('warn');
  context.fillRect(from, 0, to - from, height);
  context.globalAlpha = 1;
  for (const x of [from, to]) context.fillRect(Math.round(x) - 1, 0, 2, height);
}

function drawRuler(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { width, pxPerSec, format } = drawing;
  const step = tickSecOf(pxPerSec);
  const { height } = ROWS.ruler;
  context.direction = 'ltr';
  context.textAlign = 'left';
  for (let tick = Math.floor(secAtX(drawing, 0) / step); tick * step <= secAtX(drawing, width); tick++) {
    const x = Math.round(xOf(drawing, tick * step)) + 0.5;
    context.fillStyle = colour('line');
    context.fillRect(x, 0, 1, height);
    context.fillStyle = colour('muted');
    context.fillText(format.clock(tick * step, step < 1), x + 4, height / 2 + 1);
  }
  context.fillStyle = colour('line');
  context.fillRect(0, height - 1, width, 1);
}

function drawChunks(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { data, rate, width } = drawing;
  context.fillStyle = colour('muted');
  context.globalAlpha = 0.35;
  for (const chunk of data.chunks) {
    if (!chunk || chunk.firstFrame === 0) continue;
    const x = Math.round(xOf(drawing, secOf(chunk.firstFrame, rate)));
    if (x < 0 || x > width) continue;
    for (let y = ROWS.words.top; y < heightOf(false); y += 6) context.fillRect(x, y, 1, 2);
  }
  context.globalAlpha = 1;
}

function drawWave(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { data, rate, width, pxPerSec } = drawing;
  const { top, height } = ROWS.wave;
  const middle = top + height / 2;
  const peaksPerSec = (PEAKS_PER_FRAME * rate.num) / rate.den;
  context.fillStyle = colour('line');
  context.fillRect(0, Math.round(middle), width, 1);
  context.fillStyle = colour('muted');
  context.globalAlpha = 0.75;
  for (let x = 0; x < width; x++) {
    const from = Math.floor(secAtX(drawing, x) * peaksPerSec);
    if (from >= data.peaks.length) break;
    const to = Math.max(from + 1, Math.floor(secAtX(drawing, x + 1) * peaksPerSec));
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, data.peaks.at(i) || 0);
    // Loudness as it is heard: quiet consonants stay visible beside vowels.
    const half = Math.max(0.5, (Math.sqrt(peak) * (height - 4)) / 2);
    context.fillRect(x, middle - half, 1, 2 * half);
  }
  context.globalAlpha = 1;
  const framesPerSec = rate.num / rate.den;
  context.strokeStyle = colour('accent');
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.beginPath();
  let isDown = false;
  const stepPx = Math.max(1, pxPerSec / framesPerSec);
  for (let x = -stepPx; x <= width + stepPx; x += stepPx) {
    const from = Math.max(0, Math.floor(secAtX(drawing, x) * framesPerSec));
    const to = Math.max(from + 1, Math.floor(secAtX(drawing, x + stepPx) * framesPerSec));
    let opening = NaN;
    for (let i = from; i < to; i++) {
      const each = data.opening.at(i);
      if (!Number.isNaN(each)) opening = Number.isNaN(opening) ? each : Math.max(opening, each);
    }
    if (Number.isNaN(opening)) {
      isDown = false;
      continue;
    }
    const y = top + height - 2 - Math.min(1, Math.max(0, opening)) * (height - 4);
    if (isDown) context.lineTo(xOf(drawing, (from + to) / 2 / framesPerSec), y);
    else context.moveTo(xOf(drawing, (from + to) / 2 / framesPerSec), y);
    isDown = true;
  }
  context.stroke();
}

function segmentsInSight({ data, ...view }: Drawing): SaidSegment[] {
  const said = data.said.filter(Boolean);
  const { first, end } = visible(said, secAtX(view, 0), secAtX(view, view.width));
  return said.slice(first, end);
}

function drawThinSegments(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { top, height } = ROWS.segments;
  for (const { index, startSec, endSec } of segmentsInSight(drawing)) {
    const [x0, x1] = [xOf(drawing, startSec), xOf(drawing, endSec)];
    if (x1 - x0 >= LEAST_BUTTON_PX) continue;
    context.fillStyle = index === drawing.selected ? colour('accent') : colour('line');
    context.fillRect(x0, top + 2, Math.max(1, x1 - x0 - 1), height - 4);
  }
}

function drawWords(context: CanvasRenderingContext2D, drawing: Drawing, colour: Colour): void {
  const { top, height } = ROWS.words;
  for (const segment of segmentsInSight(drawing)) drawSegmentWords(context, drawing, segment, colour, top, height);
}

function drawSegmentWords(context: CanvasRenderingContext2D, drawing: Drawing, segment: SaidSegment, colour: Colour, top: number, height: number): void {
  context.direction = segment.lang === 'fa' ? 'rtl' : 'ltr';
  context.textAlign = 'center';
  for (const { text, startSec, endSec } of segment.words) {
    const [x0, x1] = [xOf(drawing, startSec), xOf(drawing, endSec)];
    if (x1 < 0 || x0 > drawing.width) continue;
    context.fillStyle = colour('line');
    context.fillRect(Math.round(x0), top + height - 3, Math.max(1, x1 - x0 - 1), 2);
    const room = x1 - x0;
    context.fillStyle = colour('ink');
    if (context.measureText(text).width <= room - 2) context.fillText(text, (x0 + x1) / 2, top + height / 2 - 1);
  }
}

/** What a pointer at that place means: the start of a word in their row, else the time. */
export function secUnder(data: TakeData, view: View, x: number, y: number): number {
  const sec = Math.max(0, secAtX(view, x));
  if (y < ROWS.words.top || y >= ROWS.words.top + ROWS.words.height) return sec;
  for (const segment of data.said) {
    if (!segment || sec < segment.startSec || sec > segment.endSec) continue;
    const word = segment.words.find(({ startSec, endSec }) => sec >= startSec && sec <= endSec);
    if (word) return word.startSec;
  }
  return sec;
}
