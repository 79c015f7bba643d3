/** What was measured of takes: kept while the page lives, shown by the panel and as marks on the timeline. */
import { useMemo } from 'react';
import { create } from 'zustand';
import type { QaReport } from '../../../../shared/contract/qa.ts';
import { qaSentence } from '../../../../shared/qaWords.ts';
import type { ErrorData } from '../../../../shared/errors.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useView } from '../../../state/view.ts';
import type { TimelineMark } from '../timeline/Timeline.tsx';

export type Measured =
  | { state: 'measuring'; done: number }
  | { state: 'measured'; report: QaReport }
  | { state: 'canceled' }
  | { state: 'failed'; error: ErrorData };

interface Reports {
  byTake: Record<string, Measured>;
  set: (takeId: string, measured: Measured) => void;
}

export const useReports = create<Reports>((set) => ({
  byTake: {},
  set: (takeId, measured) => set(({ byTake }) => ({ byTake: { ...byTake, [takeId]: measured } })),
}));

function useReportOf(takeId: string | null): QaReport | null {
  // The report alone: progress comes many times a second.
  return useReports(({ byTake }) => {
    const measured = takeId === null ? undefined : byTake[takeId];
    return measured?.state === 'measured' ? measured.report : null;
  });
}

/** Where the take on the stage is not as it should be. */
export function useQaMarks(): readonly TimelineMark[] {
  const report = useReportOf(useCurrentTake(({ takeId }) => takeId));
  const language = useView((view) => view.language);
  return useMemo(() => {
    const measures = report ? [...report.measures, ...report.segments.flatMap((segment) => segment.measures)] : [];
    const marks = measures.flatMap((measure) => (measure.worst && (measure.verdict === 'poor' || measure.verdict === 'fair') ? [{ ...measure.worst, verdict: measure.verdict, label: qaSentence(measure, language) }] : []));
    return marks.filter(({ startSec, label }, i) => marks.findIndex((other) => other.startSec === startSec && other.label === label) === i);
  }, [report, language]);
}
