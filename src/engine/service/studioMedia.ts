/** What a studio shows at addresses beside its contract: the same for every host. */
import { createTakeReports } from '../qa/takeReports.ts';
import type { Studio } from '../studio/studio.ts';
import type { RoutesParts } from './routes.ts';

export function studioMedia(studio: Studio): Required<Pick<RoutesParts, 'takeFile' | 'library' | 'takePicture' | 'exports' | 'packProject' | 'metrics'>> {
  const reports = createTakeReports(studio);
  return {
    takeFile: (takeId) => studio.takeFile(takeId),
    library: () => studio.library(),
    takePicture: (...asked) => reports.picture(...asked),
    exports: () => studio.exports.list(),
    packProject: (...asked) => studio.packProject(...asked),
    metrics: () => studio.metrics(),
  };
}
