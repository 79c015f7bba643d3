/** Frame sizes by format, and backgrounds as the request writes them. */
export const ASPECTS = ['own', 'wide', 'tall', 'square'] as const;
export type Aspect = (typeof ASPECTS)[number];

export interface Size {
  width: number;
  height: number;
}

const WIDE: readonly Size[] = [{ width: 640, height: 360 }, { width: 854, height: 480 }, { width: 1280, height: 720 }, { width: 1920, height: 1080 }];
const turned = ({ width, height }: Size): Size => ({ width: height, height: width });
const SIZES: Record<Exclude<Aspect, 'own'>, readonly Size[]> = { wide: WIDE, tall: WIDE.map(turned), square: [360, 512, 720, 1080].map((side) => ({ width: side, height: side })) };

export const sameSize = (a: Size | null, b: Size | null): boolean => a?.width === b?.width && a?.height === b?.height;

/** Of an own size only its format is kept; the avatar's own is `own`. */
export function aspectOf(size: Size | null): Aspect {
  if (!size) return 'own';
  const ratio = size.width / size.height;
  return Math.abs(ratio - 1) < 0.01 ? 'square' : ratio > 1 ? 'wide' : 'tall';
}

/** Those of the format, and one that was set elsewhere. */
export function sizesOf(aspect: Aspect, current: Size | null): Size[] {
  if (aspect === 'own') return [];
  const sizes = [...SIZES[aspect]];
  return current && !sizes.some((each) => sameSize(each, current)) ? [...sizes, current] : sizes;
}

/** The size of another format with about as many lines on its shorter side; 720 where there was none. */
export function sizeFor(aspect: Aspect, current: Size | null): Size | null {
  if (aspect === 'own') return null;
  const shorter = (size: Size) => Math.min(size.width, size.height);
  const wanted = current ? shorter(current) : 720;
  return SIZES[aspect].reduce((best, each) => (Math.abs(shorter(each) - wanted) < Math.abs(shorter(best) - wanted) ? each : best));
}

export const BACKGROUNDS = ['keep', 'blur', 'colour', 'picture'] as const;
export type Background = { kind: 'keep' } | { kind: 'blur'; amount: number } | { kind: 'colour'; colour: string } | { kind: 'picture'; file: string };

export const USUAL_BLUR = 0.5;
export const USUAL_COLOUR = '#00b140';

export function backgroundOf(text: string): Background {
  const [, kind, rest] = /^\s*(\w+)\s*(?::\s*(.*?))?\s*$/s.exec(text) ?? [];
  if (kind === 'blur') return { kind, amount: rest === undefined || !Number.isFinite(Number(rest)) ? USUAL_BLUR : Math.min(1, Math.max(0, Number(rest))) };
  if (kind === 'picture' && rest) return { kind, file: rest };
  const [colour] = /#[0-9a-f]{6}/i.exec(text) ?? [];
  return colour === undefined ? { kind: 'keep' } : { kind: 'colour', colour: colour.toLowerCase() };
}

export function backgroundText(background: Background): string {
  switch (background.kind) {
    case 'keep':
      return 'keep';
    case 'blur':
      return `blur:${background.amount}`;
    case 'colour':
      return background.colour;
    case 'picture':
      return `picture:${background.file}`;
  }
}
