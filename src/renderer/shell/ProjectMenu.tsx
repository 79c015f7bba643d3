/** The project's name, whether it is saved, and the way to other projects. */
import { Check, ChevronDown, CircleAlert, FilePlus2, FolderOpen, LoaderCircle, Package, Pencil, Save, Trash2 } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { errorText } from '../i18n/errorText.ts';
import { useFormat } from '../i18n/format.ts';
import { keepWhenPageGoes, useFields, useProject } from '../state/project.ts';
import { useView } from '../state/view.ts';
import { call, useConnection } from '../studio/connection.ts';
import { packed, upload } from '../studio/host.ts';
import { useCall, useWatch } from '../studio/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextField } from '../ui/fields.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/Menu.tsx';
import { saveBlob } from '../ui/saveFile.ts';
import { tellFailure } from '../ui/states.tsx';
import { Tip } from '../ui/Tip.tsx';
import { pressShortcut, useShortcuts } from './shortcuts.ts';
import { FileInput } from '../ui/FileInput.tsx';

/** In the menu, which scrolls. */
const MOST = 200;
const LONG_MS = 600;

export function ProjectMenu() {
  const { t } = useTranslation(['studio', 'common']);
  const { undo, redo, begin, create, open, saveNow, heard } = useProject.getState();
  const project = useFields('id', 'name');
  const restored = useProject((store) => store.restored);
  const canUndo = useProject((store) => store.canUndo);
  const canRedo = useProject((store) => store.canRedo);
  const isConnected = useConnection(({ client }) => client !== null);
  const host = useCall('studio.info', null, { enabled: isConnected }).data?.host;
  const rows = useCall('projects.list', null, { enabled: isConnected }).data ?? [];
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const format = useFormat();
  const language = useView(({ language: ofPage }) => ofPage);

  const start = useEffectEvent(() => void begin({ name: t('bar.firstName'), greeting: t('greeting') }).catch(tellFailure));
  const isOpen = project !== null;
  useEffect(() => {
    if (isConnected && !isOpen) start();
  }, [isConnected, isOpen]);
  useEffect(keepWhenPageGoes, []);
  const sayRestored = useEffectEvent(() => toast(t('bar.restored')));
  useEffect(() => {
    if (restored) sayRestored();
  }, [restored]);

  const savedAt = rows.find(({ id }) => id === project?.id)?.savedAt;
  const savingState = useProject(({ saving }) => saving.state);
  useEffect(() => {
    if (savedAt !== undefined) heard(savedAt);
  }, [savedAt, savingState, heard]);

  const words = { working: t('bar.working'), cancel: t('common:cancel') };
  const another = (opening: () => Promise<unknown>) => void saveNow().then(opening).catch(tellFailure);
  const createNew = () => another(async () => {
    await create(t('bar.numbered', { number: format.number(rows.length + 1) }));
    useView.getState().go('studio'); // where its words are written
  });
  const openFile = () => {
    if (host === 'desktop') another(async () => showIfAny(await call('desktop.openProject', null)));
    else picker.current?.click();
  };
  const saveAs = (isPackage = false) => another(async () => {
    if (project) await call('desktop.saveProjectAs', { id: project.id, packed: isPackage });
  });
  const savePackage = () => {
    if (host === 'desktop') saveAs(true);
    else if (project) another(async () => saveBlob(`${project.name}.simapack`, await patiently(words, (signal) => packed(project.id, signal))));
  };

  useWatch('desktop.commands', host === 'desktop' ? { lang: language } : undefined, (command) => {
    if (command.type === 'open-project') another(() => open(command.id));
    else if (command.command === 'new-project') createNew();
    else if (command.command === 'open-project') openFile();
    else if (command.command === 'save-project-as') saveAs();
    else if (command.command === 'undo') undo();
    else if (command.command === 'redo') redo();
    else pressShortcut(command.command);
  });
  useShortcuts(t('bar.sections.edit'), [
    { keys: '$mod+KeyZ', label: t('common:undo'), run: undo, enabled: canUndo, leavesFields: true },
    { keys: '$mod+KeyY', label: t('script.redo'), run: redo, enabled: canRedo, leavesFields: true },
    { keys: '$mod+Shift+KeyZ', label: t('script.redo'), run: redo, enabled: canRedo, leavesFields: true },
    { keys: '$mod+KeyS', label: t('common:save'), run: () => void saveNow() },
  ]);

  if (!project) return null;
  const others = rows.filter(({ id }) => id !== project.id).slice(0, MOST);
  return (
    <>
      <Menu tip={t('bar.project')} trigger={<Button kind="quiet" className="max-w-72 max-[900px]:max-w-40"><bdi className="truncate">{project.name || t('bar.untitled')}</bdi><ChevronDown aria-hidden size={14} className="shrink-0 text-muted" /></Button>}>
        <MenuItem icon={Pencil} onSelect={() => setDialog('rename')}>{t('bar.rename')}</MenuItem>
        <MenuItem icon={FilePlus2} onSelect={createNew}>{t('bar.newProject')}</MenuItem>
        <MenuItem icon={FolderOpen} onSelect={openFile}>{t('bar.openFile')}</MenuItem>
        {host === 'desktop' && <MenuItem icon={Save} onSelect={() => saveAs()}>{t('bar.saveAs')}</MenuItem>}
        <MenuItem icon={Package} detail={t('bar.packageHint')} onSelect={savePackage}>{t('bar.package')}</MenuItem>
        {others.length > 0 && (
          <>
            <MenuLine />
            <MenuLabel>{t('bar.recent')}</MenuLabel>
            {others.map(({ id, name, excerpt, savedAt }) => (
              <MenuItem key={id} detail={<span className="flex"><span className="shrink-0 whitespace-pre">{format.ago(savedAt)} · </span><bdi className="truncate">{excerpt || t('bar.noWords')}</bdi></span>} onSelect={() => another(() => open(id))}>{name || t('bar.untitled')}</MenuItem>
            ))}
          </>
        )}
        <MenuLine />
        <MenuItem icon={Trash2} danger onSelect={() => setDialog('remove')}>{t('bar.remove')}</MenuItem>
      </Menu>
      <SavedState />
      <FileInput ref={picker} label={t('bar.openFile')} accept=".sima,.simapack,application/json" onFiles={([file]) => another(async () => showIfAny(await patiently(words, (signal) => importing(file, signal))))} />
      {dialog === 'rename' && <RenameDialog onClose={() => setDialog(null)} />}
      {dialog === 'remove' && <RemoveDialog onClose={() => setDialog(null)} />}
    </>
  );
}

/** Packing and preparing faces take a while: what takes long says so, and can be canceled. */
async function patiently<T>({ working, cancel }: { working: string; cancel: string }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const id = crypto.randomUUID();
  const abort = new AbortController();
  const telling = setTimeout(() => toast.loading(working, { id, action: { label: cancel, onClick: () => abort.abort() } }), LONG_MS);
  try {
    return await work(abort.signal);
  } finally {
    clearTimeout(telling);
    toast.dismiss(id);
  }
}

const importing = async (file: File, signal: AbortSignal) => call('projects.import', { file: await upload(file, file.name, { signal }) }, signal);

const showIfAny = (opened: Parameters<ReturnType<typeof useProject.getState>['show']>[0] | null): void => {
  if (opened) useProject.getState().show(opened);
};

function SavedState() {
  const { t } = useTranslation('studio');
  const { state: now, failure } = useProject(({ saving }) => saving);
  const isElsewhere = useProject(({ elsewhere }) => elsewhere !== null);
  const isLost = useConnection(({ state: connection }) => connection === 'lost');
  // It is saved as soon as there is a studio again.
  const state = isLost && now === 'saving' ? 'unsaved' : now;
  const Icon = { saved: Check, unsaved: null, saving: LoaderCircle, failed: CircleAlert }[state];
  return (
    <Tip side="bottom" label={failure ? (isElsewhere ? t('bar.elsewhere.waits') : t('bar.failedTip', { message: errorText(failure) })) : t('bar.savedTip')}>
      <span role="status" tabIndex={failure ? 0 : -1} className={`flex min-w-20 items-center gap-1 rounded text-xs ${failure ? 'text-warn' : 'text-muted'}`}>
        {Icon && <Icon aria-hidden size={13} className={state === 'saving' ? 'animate-spin' : ''} />}
        {t(`bar.${state}`)}
      </span>
    </Tip>
  );
}

function RenameDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const project = useFields('name');
  const edit = useProject((store) => store.edit);
  const [name, setName] = useState(project?.name ?? '');
  const save = () => {
    if (name.trim() !== '') edit({ name: name.trim().slice(0, 200) });
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={t('bar.rename')} actions={<><Button onClick={onClose}>{t('common:cancel')}</Button><Button kind="primary" disabled={name.trim() === ''} onClick={save}>{t('common:save')}</Button></>}>
      <form onSubmit={(event) => { event.preventDefault(); save(); }}>
        <TextField label={t('bar.name')} value={name} maxLength={200} autoFocus onChange={({ target }) => setName(target.value)} />
      </form>
    </Dialog>
  );
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const project = useFields('name');
  const discard = useProject((store) => store.discard);
  const remove = () => {
    onClose();
    discard({ name: t('bar.firstName'), greeting: t('greeting') }).catch(tellFailure);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('bar.removeTitle', { name: project?.name ?? '' })}
      description={t('bar.removeText')}
      actions={<><Button onClick={onClose}>{t('common:cancel')}</Button><Button kind="danger" onClick={remove}>{t('common:remove')}</Button></>}
    >
      {null}
    </Dialog>
  );
}
