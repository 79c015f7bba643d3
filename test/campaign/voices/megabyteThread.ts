/** Reads the text that it is given, once, and tells how many seconds that took. */
import { parentPort, workerData } from 'node:worker_threads';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import type { Lang } from '../../../src/shared/vocabulary.ts';

const { text, lang } = workerData as { text: string; lang: Lang };
const began = performance.now();
utterances(text, undefined, lang);
parentPort!.postMessage((performance.now() - began) / 1000);
