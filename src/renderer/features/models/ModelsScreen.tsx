/** What the studio works with: its models, its voices, and how the user wants words to be said. */
import { Tabs } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { LexiconTab } from './LexiconTab.tsx';
import { ModelsTab } from './ModelsTab.tsx';
import { VoicesTab } from './VoicesTab.tsx';

const TABS = ['models', 'voices', 'lexicon'] as const;
type Tab = (typeof TABS)[number];
/** Where the user was. */
const useModelsView = create<{ tab: Tab }>(() => ({ tab: 'models' }));

export function ModelsScreen() {
  const { t } = useTranslation('models');
  const { tab } = useModelsView();
  return (
    <Tabs.Root value={tab} onValueChange={(next) => useModelsView.setState({ tab: next as Tab })} className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-4 py-1">
        <h1 className="text-base font-medium">{t('title')}</h1>
        <Tabs.List aria-label={t('title')} className="flex gap-1">
          {TABS.map((each) => (
            <Tabs.Trigger key={each} value={each} className="flex min-h-9 items-center gap-1.5 border-b-2 border-transparent px-2 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink">{t(`tabs.${each}`)}</Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <Tabs.Content value="models" className="min-h-0 flex-1 overflow-auto outline-none"><ModelsTab /></Tabs.Content>
      <Tabs.Content value="voices" className="min-h-0 flex-1 overflow-auto outline-none"><VoicesTab /></Tabs.Content>
      <Tabs.Content value="lexicon" className="min-h-0 flex-1 outline-none"><LexiconTab /></Tabs.Content>
    </Tabs.Root>
  );
}
