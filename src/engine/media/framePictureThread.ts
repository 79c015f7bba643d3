/** Worker-thread entry that reads pictures of takes: decoding would keep the host from answering. */
import { serveThread } from '../threads.ts';
import { framePicture, type FramePictureJob } from './framePicture.ts';

export interface FramePictureApi {
  calls: { picture: [FramePictureJob, Uint8Array] };
  streams: Record<string, never>;
}

serveThread<FramePictureApi>({ calls: { picture: (job, signal) => framePicture(job, signal) }, streams: {} });
