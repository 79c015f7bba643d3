/** One quiet line under the picture: how soon it came, how far rendering is ahead, how fast it goes. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver } from '../../../../shared/contract/take.ts';
import { useFormat } from '../../../i18n/format.ts';
import { secOf } from '../../../player/fragments.ts';
import { usePlayer } from '../../../player/player.ts';
import { useTakeFact, type TakeData } from '../../../player/takeData.ts';
import { Tip } from '../../../ui/Tip.tsx';

const EVERY_MS = 400;

export function LiveLine({ data }: { data: TakeData | null }) {
  const { t } = useTranslation('player');
  const format = useFormat();
  const take = useTakeFact(data, (facts) => facts.take);
  const firstPictureMs = usePlayer((player) => player.firstPictureMs);
  const stalls = usePlayer((player) => player.stalls);
  const isLive = take !== null && !isOver(take.state);
  const [now, setNow] = useState({ leadSec: null as number | null, speed: null as number | null });
  useEffect(() => {
    const look = () => {
      const facts = data?.facts.getState();
      const leadSec = facts?.take?.rate ? Math.max(0, secOf(facts.framesPublished, facts.take.rate) - usePlayer.getState().currentSec) : null;
      setNow({ leadSec, speed: data?.speed() ?? null });
    };
    look();
    if (!isLive) return;
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [data, isLive]);

  const parts: { key: string; text: string; tip?: string; tone?: string }[] = [];
  if (take) {
    if (isLive || firstPictureMs !== null) parts.push({ key: 'first', text: t('live.first', { sec: firstPictureMs === null ? format.seconds(null) : format.seconds(firstPictureMs / 1000) }), tip: t('live.firstTip') });
    if (isLive) parts.push({ key: 'lead', text: t('live.lead', { sec: format.seconds(now.leadSec, 1) }), tip: t('live.leadTip') });
    if (isLive || now.speed !== null) {
      const isSlow = isLive && now.speed !== null && now.speed < 1;
      parts.push({ key: 'speed', text: t('live.speed', { value: format.number(now.speed, 1) }), tip: isSlow ? t('live.slow') : t('live.speedTip'), ...(isSlow ? { tone: 'text-warn' } : {}) });
    }
    if (stalls > 0) parts.push({ key: 'stalls', text: t('live.stalls', { value: format.number(stalls) }), tone: 'text-warn' });
    if (take.width !== null && take.height !== null) parts.push({ key: 'size', text: format.size(take.width, take.height) });
    if (take.rate) parts.push({ key: 'fps', text: t('live.fps', { value: format.number(take.rate.num / take.rate.den, take.rate.num % take.rate.den === 0 ? 0 : 2) }) });
  }
  return (
    <p aria-label={t('live.label')} role="group" data-testid="live-line" className="flex h-6 flex-wrap items-center gap-x-4 overflow-hidden bg-panel px-3 pb-1 text-xs text-muted tabular-nums">
      {parts.map(({ key, text, tip, tone }) => {
        const span = <span key={key} className={tone}>{text}</span>;
        return tip === undefined ? span : <Tip key={key} label={tip}>{span}</Tip>;
      })}
    </p>
  );
}
