/** A take as it goes on: watched while it is under way, and only then. */
import { useState } from 'react';
import { isOver, type TakeInfo } from '../../../shared/contract/take.ts';
import { useWatch } from '../../studio/queries.ts';

export interface LiveTake {
  take: TakeInfo;
  /** 0..1; null: not known yet. */
  done: number | null;
}

export function useLiveTake(known: TakeInfo): LiveTake {
  const [heard, setHeard] = useState<{ take: TakeInfo; framesDone: number; framesExpected: number | null } | null>(null);
  const live = heard?.take.id === known.id && !isOver(known.state) ? heard : null;
  useWatch('takes.watch', isOver(known.state) ? undefined : { takeId: known.id }, (event) => {
    if (event.type === 'take') setHeard({ take: event.take, framesDone: event.take.framesDone, framesExpected: event.take.framesExpected });
    if (event.type === 'progress') setHeard((now) => now && { ...now, framesDone: event.framesDone, framesExpected: event.framesExpected ?? now.framesExpected });
  });
  const take = live?.take ?? known;
  const { framesDone, framesExpected } = live ?? take;
  return { take, done: take.state === 'finished' ? 1 : framesExpected === null || framesExpected === 0 ? null : framesDone / framesExpected };
}
