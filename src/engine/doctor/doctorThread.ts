/** Worker-thread entry that examines the machine for a studio: what it calls blocks for longer than a host may. */
import { serveThread } from '../threads.ts';
import type { Check } from './check.ts';
import { examining } from './doctor.ts';

export interface DoctorThreadApi {
  calls: Record<string, never>;
  streams: { examine: [home: string, Check] };
}

serveThread<DoctorThreadApi>({ calls: {}, streams: { examine: (home, signal) => examining(home, signal) } });
