import type { BatchRow } from '../../../../shared/contract/project.ts';
import { useProject } from '../../../state/project.ts';

const NONE: readonly BatchRow[] = [];

/** Those of the open project. */
export const useBatchRows = (): readonly BatchRow[] => useProject(({ project }) => project?.batch ?? NONE);
