/** Stands where the script is while a recording is used instead of it. */
import { AudioLines, PenLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../../shared/contract/project.ts';
import { Button } from '../../../ui/Button.tsx';
import { AddRecording } from './AddRecording.tsx';
import { takeSound, useSound } from './sound.ts';
import { Transcript, WhatIsDone } from './WhatIsDone.tsx';

export function RecordingCard({ audio, onWrite }: { audio: NonNullable<Project['audio']>; onWrite: () => void }) {
  const { t } = useTranslation('studio');
  const address = useSound(({ heard }) => heard[audio.file]);
  return (
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => { event.preventDefault(); takeSound(event.dataTransfer.files, { chosen: true }); }}
      className="grid min-h-0 flex-1 content-start gap-x-6 gap-y-2 overflow-auto p-3 min-[860px]:grid-cols-2"
    >
      <div className="flex min-w-0 flex-col gap-2">
        <p className="flex items-center gap-2 text-sm"><AudioLines aria-hidden size={18} className="shrink-0 text-accent" /><bdi className="truncate font-medium">{audio.name}</bdi></p>
        {address === undefined ? <p className="text-xs text-muted">{t('recording.noReplay')}</p> : <audio controls src={address} aria-label={t('recording.listen')} className="h-10 w-full" />}
        <p className="text-xs text-muted">{t('recording.instead')}</p>
        <div className="flex flex-wrap gap-2">
          <Button icon={PenLine} tip={t('recording.writeTip')} onClick={onWrite}>{t('recording.write')}</Button>
          <AddRecording />
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-2">
        <WhatIsDone audio={audio} />
        <Transcript audio={audio} />
      </div>
    </div>
  );
}
