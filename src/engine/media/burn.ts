/**
 * Subtitles drawn into the picture, by libass within FFmpeg: HarfBuzz joins Persian letters and FriBidi orders mixed lines, in the font
 * that ships with the studio (resources/fonts), so that every machine draws the same.
 */
import path from 'node:path';
import { PROJECT } from '../places.ts';

/** What is shown from when to when: at most two lines, as they are to be drawn. */
export interface Caption {
  startSec: number;
  endSec: number;
  lines: readonly string[];
}

export interface CaptionLayout {
  /** Height of the font's em, pixels. */
  emPx: number;
  /** So many letters fit into a line. */
  lineCharacters: number;
}

const FONT_FOLDER = path.join(PROJECT, 'resources', 'fonts');
const FONT = 'Vazirmatn SemiBold';
/** libass measures a font by its ascent and descent for Windows: 2200 and 1300 of 2048 here. */
const SIZE_PER_EM = 3500 / 2048;
/** Left free at each side, and below: the title-safe area of broadcasters. */
const MARGIN = 0.06;
const MARGIN_BELOW = 0.065;
/** Mean width of a letter of running text, ems: Latin has .53, joined Persian .45. */
const LETTER_EM = 0.53;
const MOST_LINE_CHARACTERS = 42;

/** Letters of a size that can be read on a phone, and as many in a line as then fit: fewer and larger ones on an upright picture. */
export function captionLayout(width: number, height: number): CaptionLayout {
  const emPx = Math.max(9, Math.min(0.052 * height, 0.068 * width));
  const fit = Math.floor(((1 - 2 * MARGIN) * width) / (LETTER_EM * emPx));
  return { emPx, lineCharacters: Math.max(12, Math.min(MOST_LINE_CHARACTERS, fit)) };
}

/** The captions as a script for libass: white with a dark edge, in the middle below. */
export function captionScript(captions: readonly Caption[], width: number, height: number): string {
  const { emPx } = captionLayout(width, height);
  const side = Math.round(MARGIN * width);
  const style = [
    'Default', FONT, fontSize(emPx), '&H00FFFFFF', '&H00FFFFFF', '&H10101010', '&H90000000', 0, 0, 0, 0, 100, 100, 0, 0,
    1, round(0.075 * emPx), round(0.03 * emPx), 2, side, side, Math.round(MARGIN_BELOW * height),
    -1, // each line's direction is that of its first strong letter
  ];
  const events = captions.map(({ startSec, endSec, lines }) => {
    const widest = Math.max(...lines.map(widthInEms));
    // What runs wide (capitals, figures) is drawn smaller instead of over the edge.
    const fitting = Math.min(emPx, (width - 2 * side) / widest);
    const size = fitting < emPx ? `{\\fs${fontSize(fitting)}}` : '';
    return `Dialogue: 0,${clock(startSec)},${clock(endSec)},Default,,0,0,0,,${size}${lines.map(literal).join('\\N')}`;
  });
  return [
    '[Script Info]', 'ScriptType: v4.00+', `PlayResX: ${width}`, `PlayResY: ${height}`, 'WrapStyle: 2', 'ScaledBorderAndShadow: yes', 'YCbCr Matrix: None', '',
    '[V4+ Styles]',
    'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
    `Style: ${style.join(',')}`, '',
    '[Events]', 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text', ...events, '',
  ].join('\n');
}

/** The filter that draws the script in this file. */
export const burnFilter = (scriptFile: string): string => `ass=filename=${filterValue(scriptFile)}:fontsdir=${filterValue(FONT_FOLDER)}:shaping=complex`;

/** A value as it stands in a chain of filters, which takes it apart twice: the chain at , ; [ ] and then the filter's options at : and =. */
function filterValue(file: string): string {
  const forward = path.sep === '\\' ? file.replaceAll('\\', '/') : file;
  return forward.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}

const round = (px: number): number => Math.round(px * 10) / 10;
const fontSize = (emPx: number): number => round(emPx * SIZE_PER_EM);

/** An upper bound for ordinary text: what it says too much costs a little size in rare lines. */
function widthInEms(line: string): number {
  let ems = 0;
  for (const sign of line) {
    if (/\p{M}|\p{Cf}/u.test(sign)) continue;
    if (sign === ' ') ems += 0.26;
    else if (/\p{Script=Arabic}/u.test(sign)) ems += 0.56;
    else if (/[iljtfrI.,:;'!|()[\]،؛]/u.test(sign)) ems += 0.36;
    else if (/[mwMW@%—…]/u.test(sign)) ems += 0.95;
    else if (/\p{Lu}/u.test(sign)) ems += 0.7;
    else if (/[\p{Ll}\p{N}]/u.test(sign)) ems += 0.58;
    else ems += 1;
  }
  return ems;
}

/** Text that says nothing to libass: braces begin its commands, a backslash its breaks. */
const literal = (line: string): string => line.replace(/\\/g, '\\\u2060').replace(/[{}]/g, '\\$&');

/** Hours, minutes, seconds and hundredths, which is all the format knows. */
function clock(sec: number): string {
  const hundredths = Math.max(0, Math.round(sec * 100));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(hundredths / 360_000)}:${two(Math.floor(hundredths / 6000) % 60)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}
