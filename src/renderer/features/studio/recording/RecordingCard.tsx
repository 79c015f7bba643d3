/** Stands where the script is while a recording is used instead of it. */
import { AudioLines, PenLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../../shared/contract/project.ts';
import { useProject } from '../../../state/project.ts';
import { Button } from '../../../ui/Button.tsx';
import { AddRecording } from './AddRecording.tsx';
import { takeSound, useSound } from './sound.ts';
import { Transcript, WhatIsDone } from './WhatIsDone.tsx';

export function RecordingCard({ audio }: { audio: NonNullable<Project['audio']> }) {
  const { t } = useTranslation('studio');
  const edit = useProject((project) => project.edit);
  const address = useSound(({ heard }) => heard[audio.file]);
  return (
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => { event.preventDefault(); takeSound(event.dataTransfer.files, { chosen: true }); }}
      className="flex min-h-0 flex-1 flex-col items-center gap-3 overflow-auto p-4 text-center"
    >
      <p className="flex items-center gap-2 text-sm"><AudioLines aria-hidden size={18} className="text-accent" /><bdi className="font-medium">{audio.name}</bdi></p>
      <p className="text-muted">{t('recording.instead')}</p>
      {address === undefined ? <p className="text-xs text-muted">{t('recording.noReplay')}</p> : <audio controls src={address} aria-label={t('recording.listen')} className="w-full max-w-md" />}
      <WhatIsDone audio={audio} />
      <Transcript audio={audio} />
      <div className="flex flex-wrap justify-center gap-2">
        <Button icon={PenLine} tip={t('recording.writeTip')} onClick={() => edit({ audio: null })}>{t('recording.write')}</Button>
        <AddRecording />
      </div>
    </div>
  );
}
