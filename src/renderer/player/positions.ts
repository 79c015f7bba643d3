/** Where each take was left, kept for this tab: a reload goes on there. */

export interface Position {
  sec: number;
  playing: boolean;
}

const KEY = 'sima-playheads';
const MOST = 30;

function read(): [string, Position][] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string, Position][];
  } catch {
    return []; // what an older version left
  }
}

export const positionOf = (takeId: string): Position | null => read().find(([id]) => id === takeId)?.[1] ?? null;

export function keepPosition(takeId: string, position: Position): void {
  const others = read().filter(([id]) => id !== takeId);
  sessionStorage.setItem(KEY, JSON.stringify([...others.slice(1 - MOST), [takeId, position]]));
}
