/** What becomes of a recording before a face follows it, with the way back: as recorded. */
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordingReport } from '../../../../shared/contract/recording.ts';
import { MAX_SCRIPT_CHARACTERS } from '../../../../shared/contract/request.ts';
import type { Project } from '../../../../shared/contract/project.ts';
import { errorText } from '../../../i18n/errorText.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useProject } from '../../../state/project.ts';
import { useCall } from '../../../studio/queries.ts';
import { CONTROL, Field, Switch } from '../../../ui/fields.tsx';
import { Failure, Loading } from '../../../ui/states.tsx';

type Audio = NonNullable<Project['audio']>;

/** Less than this nobody would miss. */
const CUT_SHOWN_SEC = 0.05;

export function WhatIsDone({ audio }: { audio: Audio }) {
  const { t } = useTranslation('recording');
  const edit = useProject((project) => project.edit);
  const asRecorded = audio.asRecorded ?? false;
  const found = useCall('recordings.examine', { file: audio.file, asRecorded });
  return (
    <section aria-label={t('title')} className="flex flex-col gap-2 text-xs">
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : found.data ? <Report report={found.data} /> : <Loading label={t('listening')} />}
      <Switch label={t('undo')} hint={t('undoHint')} checked={asRecorded} onChange={(checked) => edit({ audio: { ...audio, asRecorded: checked } })} />
    </section>
  );
}

function Report({ report: { cutStartSec, cutEndSec, loudness: { before, after }, noise, warning } }: { report: RecordingReport }) {
  const { t } = useTranslation('recording');
  const format = useFormat();
  const [start, end] = [cutStartSec, cutEndSec].map((sec) => format.seconds(sec, 1));
  const cut = cutStartSec > CUT_SHOWN_SEC ? (cutEndSec > CUT_SHOWN_SEC ? 'cutBoth' : 'cutStart') : cutEndSec > CUT_SHOWN_SEC ? 'cutEnd' : 'cutNone';
  const level = { before: format.number(before, 1), after: format.number(after, 1) };
  return (
    <ul className="flex flex-col gap-1 text-muted">
      {noise !== 'kept' && <li>{t(cut, { start, end })}</li>}
      <li>{t(`noise.${noise}`)}</li>
      <li>{before === null ? t('loudnessShort') : noise === 'kept' ? t('loudnessKept', level) : t('loudness', level)}</li>
      {warning !== null && <li dir="auto" className="text-warn">{errorText({ message: warning })}</li>}
    </ul>
  );
}

/** What is said in it: for subtitles alone. */
export function Transcript({ audio }: { audio: Audio }) {
  const { t } = useTranslation('recording');
  const edit = useProject((project) => project.edit);
  const id = useId();
  return (
    <Field label={t('transcript')} hint={t('transcriptHint')} htmlFor={id}>
      <textarea
        id={id} dir="auto" rows={1} maxLength={MAX_SCRIPT_CHARACTERS} value={audio.transcript ?? ''} className={`${CONTROL} min-h-8 resize-y py-1`}
        onChange={({ target }) => edit({ audio: { ...audio, transcript: target.value } }, 'transcript')}
      />
    </Field>
  );
}
