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
/** Told when what plays is over, or gives way to another. */
let onOver: () => void = () => undefined;
sound.addEventListener('ended', () => onOver());

function silence(): void {
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
  const [asking, setAsking] = useState<AbortController | null>(null);
  useEffect(() => () => asking?.abort(), [asking]);

  const stop = () => {
    asking?.abort();
    silence();
    setState('idle');
  };
  const play = (asked: Asked) => {
    asking?.abort();
    silence();
    const abort = new AbortController();
    setAsking(abort);
    setState('asking');
    setError(null);
    void (async () => {
      try {
        const heard = await call('voices.say', asked, abort.signal);
        if (abort.signal.aborted) return;
        setSaid(heard);
        address = URL.createObjectURL(new Blob([Uint8Array.from(atob(heard.wav), (character) => character.charCodeAt(0))], { type: 'audio/wav' }));
        sound.src = address;
        onOver = () => setState('idle');
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
