/** The Linux package with the CUDA provider inside: `npm run dist:linux:cuda`, which fetches it first. */
import { configOf } from './electron-builder.js';

export default configOf({ cuda: true });
