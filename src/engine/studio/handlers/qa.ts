/** Quality of takes and of other videos, measured on their frames. */
import { createTakeReports } from '../../qa/takeReports.ts';
import type { Area, HandlerParts } from './area.ts';

export function qaHandlers({ studio }: HandlerParts): Area<'qa'> {
  const reports = createTakeReports(studio);
  return { calls: {}, streams: { 'qa.measure': (what, signal) => reports.measure(what, signal) } };
}
