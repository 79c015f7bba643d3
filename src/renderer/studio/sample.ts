/** A voice heard at once: asked of the studio, played here; one at a time. */
import { useEffect, useState } from 'react';
import type { StudioApi } from '../../shared/contract.ts';
import { call } from './connection.ts';

type Asked = StudioApi['calls']['voices.say'][0];
type Said = StudioApi['calls']['voices.say'][1];

export interface Sample {
  state: 'idle' | 'asking' | 'playing';
  /** What was made of the last text; null: nothing was asked yet, or it failed. */
  said: Said | null;
  error: unknown;
  play: (asked: Asked) => void;
  stop: () => void;
}

const sound = new Audio();
let address: string | null = null;
/** What is being asked for or played. */
let asking: AbortController | null = null;
/** Told when that is over, or gives way to another. */
let onOver: () => void = () => undefined;
sound.addEventListener('ended', () => onOver());

function silence(): void {
  asking?.abort();
  asking = null;
  sound.pause();
  onOver();
  onOver = () => undefined;
  if (address !== null) URL.revokeObjectURL(address);
  address = null;
}

export function useSample(): Sample {
  const [state, setState] = useState<Sample['state']>('idle');
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const [own, setOwn] = useState<AbortController | null>(null);
  useEffect(() => () => own?.abort(), [own]);

  const stop = () => {
    if (own === asking) silence();
  };
  const play = (asked: Asked) => {
    silence();
    const abort = new AbortController();
    asking = abort;
    onOver = () => setState('idle');
    setOwn(abort);
    setState('asking');
    setError(null);
    void (async () => {
      try {
        const heard = await call('voices.say', asked, abort.signal);
        if (abort.signal.aborted) return;
        setSaid(heard);
        address = URL.createObjectURL(new Blob([Uint8Array.from(atob(heard.wav), (character) => character.charCodeAt(0))], { type: 'audio/wav' }));
        sound.src = address;
        setState('playing');
        await sound.play();
      } catch (failure) {
        if (abort.signal.aborted) return;
        setError(failure);
        setSaid(null);
        setState('idle');
      }
    })();
  };
  return { state, error, said, play, stop };
}
