/** Entry of the export thread. */
import { serveExporter } from './exportThread.ts';

serveExporter();
