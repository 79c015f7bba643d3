/** The picture: what is being said now, and the controls to look at it closely. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { showPlayer, usePlayer } from '../../../player/player.ts';
import { useTakeData } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { LiveLine } from './LiveLine.tsx';
import { Overlay } from './Overlay.tsx';
import { SeekBar } from './SeekBar.tsx';
import { Transport } from './Transport.tsx';
import { usePlayerKeys } from './playerKeys.ts';

function onFullScreen(tell: () => void): () => void {
  document.addEventListener('fullscreenchange', tell);
  return () => document.removeEventListener('fullscreenchange', tell);
}

export function Stage() {
  const { t } = useTranslation('player');
  const takeId = useCurrentTake((current) => current.takeId);
  const data = useTakeData(takeId);
  const picture = useRef<HTMLDivElement>(null);
  useEffect(() => showPlayer(picture.current!), []);
  useEffect(() => usePlayer.getState().open(takeId), [takeId]);
  const isFull = useSyncExternalStore(onFullScreen, () => document.fullscreenElement !== null);
  // The whole page is, so that menus and sheets, which stand beside the stage in it, are seen.
  const toggleFullScreen = () => void (isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  usePlayerKeys(data, toggleFullScreen);

  return (
    <section aria-label={t('section')} className={`@container flex min-h-0 flex-1 flex-col bg-ground ${isFull ? 'fixed inset-0 z-30' : ''}`}>
      <div className="relative min-h-40 flex-1 overflow-hidden bg-black">
        <div ref={picture} role="img" aria-label={t('picture')} className={data ? 'absolute inset-0' : 'invisible absolute inset-0'} onClick={() => usePlayer.getState().toggle()} />
        <Overlay data={data} />
      </div>
      <div dir="ltr" className="flex flex-col border-t border-line bg-panel px-3 pt-1">
        <SeekBar data={data} />
        <Transport data={data} isFull={isFull} onFullScreen={toggleFullScreen} />
      </div>
      <LiveLine data={data} />
    </section>
  );
}
