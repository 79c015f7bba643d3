/** The process of `tryDevice`: opens the model on that device alone, runs it, answers, ends. */
import { errorData } from '../../shared/errors.ts';
import { openSessions } from '../onnx/sessions.ts';
import type { DeviceTrial, DeviceTrialResult } from './tryDevice.ts';

const { model, device, settings } = JSON.parse(process.argv[2]) as DeviceTrial;
const sessions = await openSessions({ models: [model], device, settings });
let result: DeviceTrialResult;
try {
  const loaded = await sessions.load(model.id);
  result = { problem: null, runMs: loaded.warmup[0].ms };
} catch (error) {
  result = { problem: reasonIn(errorData(error).message), runMs: null };
}
// Electron's utility process has a parentPort of its own; a fork talks over its IPC channel.
const { parentPort } = process as unknown as { parentPort?: { postMessage(message: unknown): void } };
if (parentPort) parentPort.postMessage(result);
else process.send!(result, () => process.disconnect());
await sessions.close();

/** Without the sentence's end and the advice after it, which are for other commands. */
function reasonIn(message: string): string {
  return message.replace(/ Use --device auto or --device cpu\.$/, '').replace(/[.\s]+$/, '');
}
