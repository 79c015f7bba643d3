/** The screen on which takes are made: who speaks, what is said, the picture, and where everything lies in time. */
import { useTranslation } from 'react-i18next';
import { DropArea } from '../avatars/DropArea.tsx';
import { useIntake } from '../avatars/intake.ts';
import { FirstRun } from './firstRun/FirstRun.tsx';
import { Inspector } from './inspector/Inspector.tsx';
import { QaPanel } from './qa/QaPanel.tsx';
import { useQaMarks } from './qa/reports.ts';
import { ScriptEditor } from './script/ScriptEditor.tsx';
import { Shelf } from './shelf/Shelf.tsx';
import { Stage } from './stage/Stage.tsx';
import { Timeline } from './timeline/Timeline.tsx';

/** Photos and clips may be dropped anywhere on it. */
export function StudioScreen() {
  const { t } = useTranslation('studio');
  const take = useIntake((intake) => intake.take);
  return <DropArea label={t('shelf.drop')} onFiles={(files) => void take(files)}><Panes /></DropArea>;
}

/** Side by side where there is room, else one below the other. */
function Panes() {
  const { t } = useTranslation('common');
  return (
    <div className="flex flex-col min-[960px]:grid min-[960px]:h-full min-[960px]:min-h-[620px] min-[960px]:grid-cols-[190px_minmax(0,1fr)_var(--aside)] min-[960px]:grid-rows-[minmax(0,1fr)_auto] min-[1280px]:grid-cols-[216px_minmax(0,1fr)_var(--aside)]">
      <h1 className="sr-only">{t('screens.studio')}</h1>
      <div className="flex min-h-0 min-w-0 flex-col border-line bg-panel max-[959px]:order-2 min-[960px]:border-e">
        <FirstRun />
        <div className="flex min-h-0 flex-1 flex-col *:flex-1"><Shelf /></div>
      </div>
      <div className="flex min-h-0 min-w-0 flex-col max-[959px]:order-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col max-[959px]:min-h-80"><Stage /></div>
        <ScriptEditor />
      </div>
      <div className="flex min-h-0 flex-col border-line bg-panel max-[959px]:order-3 max-[959px]:border-t min-[960px]:border-s">
        <div className="min-h-0 flex-1 min-[960px]:overflow-auto"><Inspector /></div>
        <div className="border-t border-line min-[960px]:max-h-1/2 min-[960px]:overflow-auto"><QaPanel /></div>
      </div>
      <div className="min-w-0 border-t border-line bg-panel max-[959px]:order-4 min-[960px]:col-span-3">
        <MarkedTimeline />
      </div>
    </div>
  );
}

/** Alone: a new report draws the timeline again, not the whole screen. */
function MarkedTimeline() {
  return <Timeline marks={useQaMarks()} />;
}
