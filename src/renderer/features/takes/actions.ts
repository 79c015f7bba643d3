/** What can be done with a take, wherever it is shown. */
import i18next from 'i18next';
import { toast } from 'sonner';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { useCurrentTake } from '../../state/currentTake.ts';
import { useProject } from '../../state/project.ts';
import { useView } from '../../state/view.ts';
import { call } from '../../studio/connection.ts';
import { tellFailure } from '../../ui/states.tsx';
import { fileNameOf, firstWords } from './presets.ts';
import { excerptOf, textOf } from './takeWords.ts';

/** On the studio's stage, with the project that it belongs to. */
export async function openInStudio(take: TakeInfo): Promise<void> {
  const { project, open } = useProject.getState();
  if (take.projectId !== null && take.projectId !== project?.id) await open(take.projectId).catch(() => undefined); // the project may be gone; the take is not
  useCurrentTake.getState().show(take.id);
  useView.getState().go('studio');
}

/** Its script, face, voices and settings as a new project. */
export async function duplicate(take: TakeInfo): Promise<void> {
  const { request, avatarId } = take;
  const name = i18next.t('copyName', { ns: 'takes', name: fileNameOf(firstWords(excerptOf(take)), i18next.t('unnamed', { ns: 'takes' })) });
  const text = textOf(request);
  const { voice } = request;
  const segments = (request.segments ?? (text === '' ? [] : [{ text }])).map((segment) => ({ ...(voice === undefined ? {} : { voice }), ...segment }));
  try {
    const created = await call('projects.create', { name, segments });
    const { rate, pitch, model = null, fps = null, size = null, background, idle, quality, lexicon = [], audio, asRecorded, transcript } = request;
    const project = {
      ...created, avatarId, rate, pitch, model, fps, size, background, idle, quality, lexicon: lexicon.filter(({ starter }) => !starter),
      audio: audio === undefined ? null : { file: audio, name: i18next.t('recording', { ns: 'takes' }), asRecorded, transcript },
    };
    await call('projects.save', { project });
    useProject.getState().show(project);
    useView.getState().go('studio');
    toast(i18next.t('duplicated', { ns: 'takes', name }));
  } catch (error) {
    tellFailure(error);
  }
}

export const keep = (take: TakeInfo): void => void call('takes.keep', { takeId: take.id, kept: !take.kept }).catch(tellFailure);
export const cancel = (take: TakeInfo): void => void call('takes.cancel', { takeId: take.id }).catch(tellFailure);
