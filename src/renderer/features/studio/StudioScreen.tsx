/** The screen on which takes are made: who speaks, what is said, the picture, and where everything lies in time. */
import { Inspector } from './inspector/Inspector.tsx';
import { QaPanel } from './qa/QaPanel.tsx';
import { ScriptEditor } from './script/ScriptEditor.tsx';
import { Shelf } from './shelf/Shelf.tsx';
import { Stage } from './stage/Stage.tsx';
import { Timeline } from './timeline/Timeline.tsx';

export function StudioScreen() {
  return (
    <div className="grid h-full min-h-[640px] grid-cols-[190px_minmax(0,1fr)_260px] grid-rows-[minmax(0,1fr)_auto]">
      <Shelf />
      <div className="flex min-h-0 min-w-0 flex-col">
        <Stage />
        <ScriptEditor />
      </div>
      <div className="flex min-h-0 flex-col overflow-auto border-s border-line bg-panel">
        <Inspector />
        <QaPanel />
      </div>
      <div className="col-span-3 border-t border-line bg-panel">
        <Timeline />
      </div>
    </div>
  );
}
