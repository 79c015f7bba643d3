/** Tells of finished exports while the user is elsewhere. */
import { Notification, type BrowserWindow } from 'electron';
import type { StudioServerApi } from '../shared/contract.ts';
import type { ExportInfo } from '../shared/contract/export.ts';
import type { Handlers } from '../shared/rpc.ts';
import { focus } from './window.ts';
import type { Words } from './words.ts';

/** Until the signal aborts. */
export async function tellOfExports({ streams }: Pick<Handlers<StudioServerApi>, 'streams'>, window: BrowserWindow, words: () => Words, signal: AbortSignal): Promise<void> {
  const underWay = new Set<string>();
  for await (const info of streams['exports.watch'](null, signal)) {
    if (info.state === 'removed') underWay.delete(info.id);
    else if (info.state !== 'finished' && info.state !== 'failed') underWay.add(info.id);
    else if (underWay.delete(info.id) && !window.isDestroyed() && !window.isFocused() && Notification.isSupported()) tell(info, window, words().notices);
  }
}

function tell({ name, state }: ExportInfo, window: BrowserWindow, { exportedTitle, exported, failedTitle, failed }: Words['notices']): void {
  const notice = new Notification(state === 'finished' ? { title: exportedTitle, body: exported(name) } : { title: failedTitle, body: failed(name) });
  notice.on('click', () => focus(window));
  notice.show();
}
