/** Worker thread entry, apart from renderThread.ts so that importing its types starts nothing. */
import { serveRenderer } from './renderThread.ts';

serveRenderer();
