/** Records with the microphone: permission, level, stop, listen, use. */
import { Circle, Square } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Loading, Progress, tellFailure } from '../../../ui/states.tsx';
import { faultOf, openMicrophone, type Microphone, type MicrophoneFault } from './microphone.ts';
import { bringSound, cancelSending, useSound } from './sound.ts';

type Stage = { is: 'asking' } | { is: 'ready' } | { is: 'recording'; sinceMs: number } | { is: 'decoding' } | { is: 'recorded'; blob: Blob; address: string; sec: number } | { is: 'faulty'; fault: MicrophoneFault };

const MOST_MINUTES = 30;
/** Below it for a while: the microphone hears nothing. */
const SILENT = 0.004;
const SILENT_FOR_SEC = 2;
const TICK_MS = 60;

export function RecordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const format = useFormat();
  const [stage, setStage] = useState<Stage>({ is: 'asking' });
  const [attempt, setAttempt] = useState(0);
  const microphone = useRef<Microphone | null>(null);
  const sending = useSound((sound) => sound.sending);
  /** It is asked whether the recording is thrown away. */
  const [isLeaving, setLeaving] = useState(false);

  useEffect(() => {
    let isGone = false;
    openMicrophone().then(
      (opened) => {
        if (isGone) return opened.close();
        microphone.current = opened;
        setStage({ is: 'ready' });
      },
      (error: unknown) => setStage({ is: 'faulty', fault: faultOf(error) }),
    );
    return () => {
      isGone = true;
      microphone.current?.close();
      microphone.current = null;
    };
  }, [attempt]);
  const address = stage.is === 'recorded' ? stage.address : null;
  useEffect(() => () => {
    if (address !== null) URL.revokeObjectURL(address);
  }, [address]);

  const start = () => {
    microphone.current?.start();
    setStage({ is: 'recording', sinceMs: Date.now() });
  };
  const stop = async () => {
    if (stage.is !== 'recording' || !microphone.current) return;
    const sec = (Date.now() - stage.sinceMs) / 1000;
    setStage({ is: 'decoding' });
    try {
      const blob = await microphone.current.stop();
      setStage({ is: 'recorded', blob, address: URL.createObjectURL(blob), sec });
    } catch (error) {
      tellFailure(error);
      setStage({ is: 'ready' });
    }
  };
  const use = async () => {
    if (stage.is === 'recorded' && (await bringSound(stage.blob, t('recording.mine', { time: format.clock(stage.sec) }) + '.wav'))) onClose();
  };
  const again = () => {
    setStage({ is: 'asking' });
    setAttempt((before) => before + 1);
  };
  const close = () => {
    if (stage.is === 'recording') return void stop();
    if (stage.is === 'decoding' || (stage.is === 'recorded' && !isLeaving && sending === null)) return setLeaving(stage.is === 'recorded');
    cancelSending();
    onClose();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t('recording.dialog')}
      actions={
        stage.is === 'ready' ? <Button kind="primary" icon={Circle} onClick={start}>{t('recording.start')}</Button>
        : stage.is === 'recording' ? <Button kind="primary" icon={Square} onClick={() => void stop()}>{t('recording.stop')}</Button>
        : stage.is === 'recorded' && isLeaving ? (
          <>
            <Button autoFocus onClick={() => setLeaving(false)}>{t('recording.keep')}</Button>
            <Button kind="danger" onClick={close}>{t('recording.throwAway')}</Button>
          </>
        ) : stage.is === 'recorded' ? (
          <>
            <Button disabled={sending !== null} onClick={() => (microphone.current?.isLive() ? setStage({ is: 'ready' }) : again())}>{t('recording.again')}</Button>
            <Button kind="primary" disabled={sending !== null} onClick={() => void use()}>{t('recording.use')}</Button>
          </>
        ) : stage.is === 'faulty' ? <Button kind="primary" onClick={again}>{t('common:retry')}</Button> : undefined
      }
    >
      <div className="flex min-h-28 flex-col justify-center gap-3">
        {stage.is === 'asking' && <Loading label={t('recording.asking')} />}
        {stage.is === 'decoding' && <Loading />}
        {stage.is === 'faulty' && <p role="alert" className="text-warn">{t(`recording.${stage.fault}`)}</p>}
        {(stage.is === 'ready' || stage.is === 'recording') && <Listening microphone={microphone} sinceMs={stage.is === 'recording' ? stage.sinceMs : null} onOver={() => void stop()} />}
        {stage.is === 'recorded' && <audio controls src={stage.address} aria-label={t('recording.listen')} className="w-full" />}
        {sending !== null && <Progress label={t('recording.sending')} done={sending} />}
        {isLeaving && stage.is === 'recorded' && <p role="alert" className="text-warn">{t('recording.throwAwayAsk')}</p>}
      </div>
    </Dialog>
  );
}

function Listening({ microphone, sinceMs, onOver }: { microphone: React.RefObject<Microphone | null>; sinceMs: number | null; /** There is no room for more, or no microphone. */ onOver: () => void }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [now, setNow] = useState({ level: 0, quietSec: 0, sec: 0 });
  const look = useEffectEvent(() => {
    const level = microphone.current?.level() ?? 0;
    const sec = sinceMs === null ? 0 : (Date.now() - sinceMs) / 1000;
    setNow(({ level: before, quietSec }) => ({ level: Math.max(level, before * 0.85), quietSec: level > SILENT ? 0 : quietSec + TICK_MS / 1000, sec }));
    if (sec >= MOST_MINUTES * 60 || (sinceMs !== null && microphone.current?.isLive() === false)) onOver();
  });
  useEffect(() => {
    const ticking = setInterval(() => look(), TICK_MS);
    return () => clearInterval(ticking);
  }, []);
  const isClipping = now.level >= 0.99;
  // Loudness is heard by ratios: −48 dB and below is nothing, 0 dB is full.
  const shown = Math.max(0, 1 + Math.log10(Math.max(now.level, 1e-6)) / 2.4);
  return (
    <>
      <p dir="ltr" className="text-center text-2xl tabular-nums" aria-live="off">{format.clock(now.sec)}</p>
      <div role="meter" aria-label={t('recording.level')} aria-valuemin={0} aria-valuemax={1} aria-valuenow={Math.round(shown * 100) / 100} dir="ltr" className="h-2 overflow-hidden rounded bg-line">
        <div className={`h-full ${isClipping ? 'bg-bad' : shown > 0.85 ? 'bg-warn' : 'bg-good'}`} style={{ width: `${shown * 100}%` }} />
      </div>
      <p className="min-h-5 text-xs text-muted" role="status">{isClipping ? t('recording.clipping') : now.quietSec > SILENT_FOR_SEC ? t('recording.quiet') : t('recording.limit', { minutes: format.number(MOST_MINUTES) })}</p>
    </>
  );
}
