/** A photo or a short clip from the camera: seen, counted down to, looked at again, and then given on like any file. */
import { Camera, CameraOff, Check, CircleStop, RotateCcw, Video } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Select, Slider } from '../../ui/fields.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { isTrouble, openCamera, photograph, recordClip, type CameraTrouble, type ClipRecording } from './camera.ts';

const CLIP_SEC = { least: 5, usual: 6, most: 10 };
/** Before this a clip is too short to look alive. */
const MIN_RECORDED_SEC = 3;
const COUNT_FROM = 3;

type Stage =
  | { name: 'asking' }
  | { name: 'trouble'; trouble: CameraTrouble }
  | { name: 'live'; failed: boolean }
  | { name: 'countdown'; left: number }
  | { name: 'recording'; left: number }
  | { name: 'review'; file: File; url: string };

export function CameraDialog({ onFile, onClose }: { onFile: (file: File) => void; onClose: () => void }) {
  const { t } = useTranslation('avatars');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const [stage, setStage] = useState<Stage>({ name: 'asking' });
  const [kind, setKind] = useState<'photo' | 'clip'>('photo');
  const [lengthSec, setLengthSec] = useState(CLIP_SEC.usual);
  const [deviceId, setDeviceId] = useState<string | null>(null);
  const [cameras, setCameras] = useState<MediaDeviceInfo[]>([]);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [attempt, setAttempt] = useState(0);
  const video = useRef<HTMLVideoElement>(null);
  const recording = useRef<ClipRecording | null>(null);

  useEffect(() => {
    let opened: MediaStream | null = null;
    let isGone = false;
    openCamera(deviceId).then(
      async (now) => {
        if (isGone) return now.getTracks().forEach((track) => track.stop());
        opened = now;
        setStream(now);
        setStage({ name: 'live', failed: false });
        // Names are told only now that it is allowed.
        setCameras((await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'videoinput'));
      },
      (error: unknown) => {
        const { message } = error as Error;
        if (!isGone) setStage({ name: 'trouble', trouble: isTrouble(message) ? message : 'busy' });
      },
    );
    return () => {
      isGone = true;
      recording.current?.stop();
      opened?.getTracks().forEach((track) => track.stop());
      setStream(null);
    };
  }, [deviceId, attempt]);

  const isShown = stage.name === 'live' || stage.name === 'countdown' || stage.name === 'recording';
  useEffect(() => {
    if (isShown && video.current) video.current.srcObject = stream;
  }, [stream, isShown]);

  useEffect(() => {
    if (stage.name !== 'review') return;
    return () => URL.revokeObjectURL(stage.url);
  }, [stage]);

  const review = (file: File) => setStage({ name: 'review', file, url: URL.createObjectURL(file) });
  const failed = () => setStage({ name: 'live', failed: true });
  function take(): void {
    if (!video.current || !stream) return failed();
    if (kind === 'photo') return void photograph(video.current, t('camera.fileName')).then(review, failed);
    setStage({ name: 'recording', left: lengthSec });
    recording.current = recordClip(stream, lengthSec, t('camera.fileName'));
    recording.current.file.then(review, failed);
  }
  const second = useEffectEvent(() => {
    if (stage.name !== 'countdown' && stage.name !== 'recording') return;
    if (stage.left > 1) setStage({ ...stage, left: stage.left - 1 });
    else if (stage.name === 'countdown') take();
  });
  const isCounting = stage.name === 'countdown' || stage.name === 'recording';
  useEffect(() => {
    if (!isCounting) return;
    const timer = setInterval(() => second(), 1000);
    return () => clearInterval(timer);
  }, [isCounting]);
  const again = () => {
    setStage({ name: 'asking' });
    setAttempt((now) => now + 1);
  };

  const actions = stage.name === 'review' ? (
    <>
      <Button icon={RotateCcw} onClick={() => setStage({ name: 'live', failed: false })}>{t('camera.again')}</Button>
      <Button kind="primary" icon={Check} onClick={() => { onFile(stage.file); onClose(); }}>{t('camera.use')}</Button>
    </>
  ) : stage.name === 'countdown' ? (
    <>
      <Button onClick={() => setStage({ name: 'live', failed: false })}>{common('cancel')}</Button>
      <Button kind="primary" disabled>{t('camera.countdown', { value: format.number(stage.left) })}</Button>
    </>
  ) : stage.name === 'recording' ? (
    <Button kind="danger" icon={CircleStop} disabled={lengthSec - stage.left < MIN_RECORDED_SEC} onClick={() => recording.current?.stop()}>{t('camera.stop')}</Button>
  ) : (
    <>
      <Button onClick={onClose}>{common('cancel')}</Button>
      <Button kind="primary" icon={kind === 'photo' ? Camera : Video} disabled={stage.name !== 'live'} onClick={() => setStage({ name: 'countdown', left: COUNT_FROM })}>{t(kind === 'photo' ? 'camera.take' : 'camera.start')}</Button>
    </>
  );

  return (
    <Dialog open wide onClose={onClose} title={t('camera.title')} actions={actions}>
      <div className="flex flex-col gap-3 md:flex-row">
        <div className="relative flex aspect-video min-h-52 min-w-0 flex-1 items-center justify-center overflow-hidden rounded bg-black">
          {stage.name === 'asking' && <div className="text-center text-white"><Loading label={t('camera.asking')} /><p className="px-4 text-xs text-white/70">{t('camera.askingHint')}</p></div>}
          {stage.name === 'trouble' && (
            <div role="alert" className="size-full bg-panel"><Empty icon={CameraOff} title={t(`camera.${stage.trouble}`)}><p className="max-w-md">{t(`camera.${stage.trouble}Hint`)}</p><Button icon={RotateCcw} onClick={again}>{common('retry')}</Button></Empty></div>
          )}
          {/* As in a mirror: else people move the wrong way. What is taken is not mirrored. */}
          {isShown && <video ref={video} autoPlay muted playsInline aria-label={t('camera.preview')} className="size-full -scale-x-100 object-contain" />}
          {stage.name === 'review' && (stage.file.type.startsWith('image/')
            ? <img src={stage.url} alt={t('camera.review')} className="size-full object-contain" />
            : <video src={stage.url} autoPlay loop muted playsInline aria-label={t('camera.review')} className="size-full object-contain" />)}
          {stage.name === 'countdown' && <p aria-live="assertive" className="absolute text-8xl font-semibold text-white drop-shadow-lg">{format.number(stage.left)}</p>}
          {stage.name === 'recording' && <p role="status" className="absolute start-3 top-3 flex items-center gap-2 rounded bg-black/70 px-2 py-1 text-white"><span className="size-2.5 animate-pulse rounded-full bg-bad" />{t('camera.recording', { value: format.number(stage.left) })}</p>}
        </div>
        <div className="flex w-full flex-col gap-4 md:w-60">
          <ToggleGroup.Root type="single" value={kind} onValueChange={(next) => next !== '' && setKind(next as 'photo' | 'clip')} aria-label={t('camera.kind')} className="grid grid-cols-2 rounded border border-line bg-ground p-0.5" disabled={stage.name !== 'live'}>
            {(['photo', 'clip'] as const).map((each) => <ToggleGroup.Item key={each} value={each} className="flex min-h-8 items-center justify-center gap-1.5 rounded data-[state=on]:bg-raised data-[state=on]:text-accent disabled:opacity-45">{each === 'photo' ? <Camera aria-hidden size={15} /> : <Video aria-hidden size={15} />}{t(`camera.${each}`)}</ToggleGroup.Item>)}
          </ToggleGroup.Root>
          {kind === 'clip' && <Slider label={t('camera.length')} value={lengthSec} min={CLIP_SEC.least} max={CLIP_SEC.most} step={1} onChange={setLengthSec} text={t('camera.seconds', { value: format.number(lengthSec) })} />}
          {cameras.length > 1 && <Select label={t('camera.device')} value={deviceId ?? stream?.getVideoTracks()[0]?.getSettings().deviceId ?? cameras[0].deviceId} onChange={setDeviceId} choices={cameras.map((camera, i) => ({ value: camera.deviceId, label: camera.label || `${t('camera.device')} ${i + 1}` }))} />}
          <p className="text-muted">{t(kind === 'photo' ? 'camera.tips' : 'camera.clipTips')}</p>
          {stage.name === 'live' && stage.failed && <p role="alert" className="text-bad">{t('camera.failed')}</p>}
        </div>
      </div>
    </Dialog>
  );
}
