/** The browser's camera: opened, photographed, recorded. */

export type CameraTrouble = 'denied' | 'none' | 'busy' | 'insecure';

/** The caller stops its tracks. @throws CameraTrouble as the error's message */
export async function openCamera(deviceId: string | null): Promise<MediaStream> {
  // Absent on pages that are not safe.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new Error('insecure' satisfies CameraTrouble);
  try {
    return await devices.getUserMedia({
      audio: false,
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, ...(deviceId === null ? { facingMode: 'user' } : { deviceId: { exact: deviceId } }) },
    });
  } catch (error) {
    throw new Error(troubleOf((error as DOMException).name));
  }
}

function troubleOf(name: string): CameraTrouble {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy';
}

export const isTrouble = (word: string): word is CameraTrouble => ['denied', 'none', 'busy', 'insecure'].includes(word);

/** What the video shows now, at the camera's own size and not mirrored. */
export async function photograph(video: HTMLVideoElement, name: string): Promise<File> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser cannot draw.');
  context.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.95));
  if (!blob) throw new Error('The browser made no picture.');
  return new File([blob], `${name}.jpg`, { type: blob.type });
}

const KINDS = ['video/mp4;codecs=avc1.640028', 'video/mp4', 'video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'];

export interface ClipRecording {
  /** Ends it before its time. */
  stop: () => void;
  file: Promise<File>;
}

export function recordClip(stream: MediaStream, lengthSec: number, name: string): ClipRecording {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? '';
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 12_000_000 });
  const pieces: Blob[] = [];
  const file = new Promise<File>((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => void pieces.push(data);
    recorder.onerror = () => reject(new Error('The browser could not record.'));
    recorder.onstop = () => {
      const [type] = recorder.mimeType.split(';');
      resolve(new File(pieces, `${name}.${type.endsWith('mp4') ? 'mp4' : 'webm'}`, { type }));
    };
  });
  recorder.start();
  const stop = () => {
    clearTimeout(timer);
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const timer = setTimeout(stop, lengthSec * 1000);
  return { stop, file };
}
