/** The shortest way to a first video, in three lines, until it has been walked or is waved away. */
import { X } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import i18next from 'i18next';
import { useFormat } from '../../../i18n/format.ts';
import { useProject } from '../../../state/project.ts';
import { textOf } from '../../../state/segments.ts';
import { LANGUAGES, useView } from '../../../state/view.ts';
import { IconButton } from '../../../ui/Button.tsx';

const useHint = create<{ dismissed: boolean; dismiss: () => void }>()(persist((set) => ({ dismissed: false, dismiss: () => set({ dismissed: true }) }), { name: 'sima-first-run', partialize: ({ dismissed }) => ({ dismissed }) }));

export function FirstRun() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { dismissed, dismiss } = useHint();
  const isOpen = useProject(({ project }) => project !== null);
  const hasSpoken = useProject(({ project }) => (project?.takeIds.length ?? 0) > 0);
  useGreetingInOwnLanguage();
  // Whoever has walked the path knows it.
  useEffect(() => {
    if (hasSpoken) dismiss();
  }, [hasSpoken, dismiss]);
  if (dismissed || !isOpen || hasSpoken) return null;
  return (
    <aside aria-label={t('firstRun.title')} className="m-2 mb-0 rounded border border-accent/60 bg-raised p-2 text-xs">
      <div className="flex items-start gap-1">
        <h2 className="flex-1 pt-1 font-medium">{t('firstRun.title')}</h2>
        <IconButton label={t('firstRun.dismiss')} icon={X} size={14} className="size-6" onClick={dismiss} />
      </div>
      <ol className="mt-1 flex flex-col gap-1 text-muted">
        {(['one', 'two', 'three'] as const).map((step, i) => (
          <li key={step} className="flex gap-1.5"><span className="text-accent tabular-nums">{format.number(i + 1)}</span>{t(`firstRun.${step}`)}</li>
        ))}
      </ol>
    </aside>
  );
}

/** The greeting that nobody has touched yet speaks the page's language, and its name is in it too. */
function useGreetingInOwnLanguage(): void {
  const language = useView((view) => view.language);
  const isOpen = useProject(({ project }) => project !== null);
  const turn = useEffectEvent(() => {
    const { project, settle } = useProject.getState();
    if (!project || project.takeIds.length > 0) return;
    const other = LANGUAGES.find((each) => each !== language)!;
    const words = (lng: typeof language) => i18next.getFixedT(lng, 'studio');
    if (textOf(project.segments) !== words(other)('greeting')) return;
    settle({ segments: [{ text: words(language)('greeting') }], ...(project.name === words(other)('bar.firstName') ? { name: words(language)('bar.firstName') } : {}) });
  });
  useEffect(() => {
    if (isOpen) turn();
  }, [language, isOpen]);
}
