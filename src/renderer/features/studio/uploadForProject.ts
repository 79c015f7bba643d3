/** A file on its way into the open project. */
import i18next from 'i18next';
import { toast } from 'sonner';
import { useProject } from '../../state/project.ts';
import { upload } from '../../studio/host.ts';

/** @returns what the project may name it by; null: another project has been opened meanwhile, which has nothing to do with it, and that is said */
export async function uploadForProject(file: Blob, name: string, options: Parameters<typeof upload>[2]): Promise<string | null> {
  const { project, isOpen } = useProject.getState();
  const sent = await upload(file, name, options);
  if (project && isOpen(project.id)) return sent;
  toast.warning(i18next.t('recording.otherProject', { ns: 'studio', name }), { duration: 10_000 });
  return null;
}
