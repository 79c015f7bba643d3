/** The user's own sound instead of the script: a file, or the microphone. */
import { FileAudio, Mic, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Menu, MenuItem } from '../../../ui/Menu.tsx';
import { Progress } from '../../../ui/states.tsx';
import { RecordDialog } from './RecordDialog.tsx';
import { cancelSending, takeSound, useSound } from './sound.ts';
import { FileInput } from '../../../ui/FileInput.tsx';

export function AddRecording() {
  const { t } = useTranslation(['studio', 'common']);
  const sending = useSound((sound) => sound.sending);
  const [isRecording, setRecording] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  if (sending !== null && !isRecording) {
    return <span className="flex w-40 items-center gap-1 text-xs"><Progress label={t('recording.sending')} done={sending} /><IconButton label={t('common:cancel')} icon={X} size={14} className="size-6" onClick={cancelSending} /></span>;
  }
  return (
    <>
      <Menu tip={t('recording.hint')} trigger={<Button kind="quiet" icon={Mic} className="max-[1179px]:px-2"><span className="max-[1179px]:sr-only">{t('recording.add')}</span></Button>}>
        <MenuItem icon={FileAudio} onSelect={() => picker.current?.click()}>{t('recording.choose')}</MenuItem>
        <MenuItem icon={Mic} onSelect={() => setRecording(true)}>{t('recording.record')}</MenuItem>
      </Menu>
      <FileInput ref={picker} label={t('recording.choose')} accept="audio/*,video/*" onFiles={(files) => takeSound(files, { chosen: true })} />
      {isRecording && <RecordDialog onClose={() => setRecording(false)} />}
    </>
  );
}
