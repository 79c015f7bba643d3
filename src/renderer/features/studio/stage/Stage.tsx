/** The picture: what is being said now, and the controls to look at it closely. */
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { showPlayer, usePlayer } from '../../../player/player.ts';
import { useTakeData } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { LiveLine } from './LiveLine.tsx';
import { Overlay } from './Overlay.tsx';
import { SeekBar } from './SeekBar.tsx';
import { Transport } from './Transport.tsx';
import { usePlayerKeys } from './playerKeys.ts';

export function Stage() {
  const { t } = useTranslation('player');
  const takeId = useCurrentTake((current) => current.takeId);
  const data = useTakeData(takeId);
  const section = useRef<HTMLElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  useEffect(() => showPlayer(picture.current!), []);
  useEffect(() => usePlayer.getState().open(takeId), [takeId]);
  const toggleFullScreen = () => void (document.fullscreenElement ? document.exitFullscreen() : section.current?.requestFullscreen());
  usePlayerKeys(data, toggleFullScreen);

  return (
    <section ref={section} aria-label={t('section')} className="@container flex min-h-0 flex-1 flex-col bg-ground">
      <div className="relative min-h-40 flex-1 overflow-hidden bg-black">
        <div ref={picture} role="img" aria-label={t('picture')} className={data ? 'absolute inset-0' : 'invisible absolute inset-0'} onClick={() => usePlayer.getState().toggle()} />
        <Overlay data={data} />
      </div>
      <div dir="ltr" className="flex flex-col border-t border-line bg-panel px-3 pt-1">
        <SeekBar data={data} />
        <Transport data={data} onFullScreen={toggleFullScreen} />
      </div>
      <LiveLine data={data} />
    </section>
  );
}
