/** Subtitle files as a strict player reads them, written from the formats' descriptions alone. */

export interface ReadCue {
  startMs: number;
  endMs: number;
  lines: string[];
  /** Of words, in WebVTT. */
  timesMs: number[];
}

/** @throws where the file is no SubRip */
export function readSrt(file: string): ReadCue[] {
  if (file === '') return [];
  return file.replace(/\n$/, '').split('\n\n').map((block, i) => {
    const [number, times, ...lines] = block.split('\n');
    if (number !== String(i + 1)) throw new Error(`Cue ${i + 1} is numbered “${number}”.`);
    const [startMs, endMs] = timesOf(times, ',');
    if (lines.length === 0 || lines.some((line) => line.trim() === '')) throw new Error(`Cue ${number} has an empty line.`);
    return { startMs, endMs, lines, timesMs: [] };
  });
}

/** @throws where the file is no WebVTT */
export function readVtt(file: string): ReadCue[] {
  const [header, ...blocks] = file.replace(/\n$/, '').split('\n\n');
  if (header !== 'WEBVTT') throw new Error(`It begins with “${header}”.`);
  return blocks.map((block) => {
    const [times, ...lines] = block.split('\n');
    const [startMs, endMs] = timesOf(times, '.');
    if (lines.length === 0 || lines.some((line) => line.trim() === '' || line.includes('-->'))) throw new Error(`A cue at ${startMs} ms has a line that is none.`);
    const timesMs = lines.flatMap((line) => [...line.matchAll(/<([^>]*)>/g)].map(([, time]) => msOf(time, '.')));
    return { startMs, endMs, timesMs, lines: lines.map((line) => line.replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')) };
  });
}

function timesOf(line: string, point: string): [number, number] {
  const [start, end, ...more] = line.split(' --> ');
  if (end === undefined || more.length > 0) throw new Error(`“${line}” are no times.`);
  return [msOf(start, point), msOf(end, point)];
}

function msOf(time: string, point: string): number {
  const match = new RegExp(`^(\\d{2,}):([0-5]\\d):([0-5]\\d)\\${point}(\\d{3})$`).exec(time);
  if (!match) throw new Error(`“${time}” is no time.`);
  const [hours, minutes, seconds, ms] = match.slice(1).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}
