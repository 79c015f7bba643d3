/** The exports as they go on, whatever screen the user is on; a finished one is told. */
import i18next from 'i18next';
import { useMemo } from 'react';
import { toast } from 'sonner';
import { create } from 'zustand';
import type { ExportInfo } from '../../../shared/contract/export.ts';
import { fromErrorData } from '../../../shared/errors.ts';
import { errorText } from '../../i18n/errorText.ts';
import { call, client } from '../../studio/connection.ts';
import { tellFailure } from '../../ui/states.tsx';

interface Exports {
  /** null: not known yet. */
  byId: Readonly<Record<string, ExportInfo>> | null;
  /** Desktop notifications, allowed by a click. */
  notifying: boolean;
  askToNotify: () => Promise<void>;
  forget: (id: string) => void;
}

const canNotify = (): boolean => typeof Notification !== 'undefined' && Notification.permission === 'granted';

export const useExports = create<Exports>((set) => ({
  byId: null,
  notifying: canNotify(),
  async askToNotify() {
    if (typeof Notification === 'undefined') return;
    set({ notifying: (await Notification.requestPermission()) === 'granted' });
  },
  forget: (id) => set(({ byId }) => ({ byId: Object.fromEntries(Object.entries(byId ?? {}).filter(([each]) => each !== id)) })),
}));

/** The one being made, those that wait in their order, those that are over, the latest first. null: not known yet. */
export function useExportList(): ExportInfo[] | null {
  const byId = useExports((exports) => exports.byId);
  return useMemo(() => byId && Object.values(byId).sort(inQueueOrder), [byId]);
}

export const isExportOver = ({ state }: Pick<ExportInfo, 'state'>): boolean => state === 'finished' || state === 'failed' || state === 'canceled';

function inQueueOrder(a: ExportInfo, b: ExportInfo): number {
  const rank = (info: ExportInfo) => (info.state === 'running' ? 0 : isExportOver(info) ? 2 : 1);
  return rank(a) - rank(b) || (a.place ?? 0) - (b.place ?? 0) || (b.endedAt ?? '').localeCompare(a.endedAt ?? '');
}

/** Where the browser gets an export's file. */
export const downloadOf = ({ id }: Pick<ExportInfo, 'id'>, file = 0): string => `/exports/${encodeURIComponent(id)}${file === 0 ? '' : `?file=${file}`}`;

const RETRY_MS = 3000;

async function follow(): Promise<void> {
  for (;;) {
    try {
      const now = await client();
      const all = await now.call('exports.list', null);
      useExports.setState({ byId: Object.fromEntries(all.map((info) => [info.id, info])) });
      for await (const info of now.stream('exports.watch', null)) {
        if (info.state === 'removed') {
          useExports.getState().forget(info.id);
          continue;
        }
        const before = useExports.getState().byId?.[info.id];
        useExports.setState(({ byId }) => ({ byId: { ...byId, [info.id]: info } }));
        if (!before || before.state === info.state) continue;
        if (info.state === 'finished') void tellFinished(info);
        if (info.state === 'failed' && info.error) tellFailure(fromErrorData({ code: info.error.code, message: `${info.name}: ${errorText(info.error)}` }));
      }
    } catch {
      // the connection is being opened again
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
void follow();

async function tellFinished(info: ExportInfo): Promise<void> {
  const { host } = await call('studio.info', null);
  const action = host === 'desktop'
    ? { label: i18next.t('exports.showInFolder', { ns: 'takes' }), onClick: () => void call('desktop.showExport', { id: info.id }).catch(tellFailure) }
    : { label: i18next.t('exports.download', { ns: 'takes' }), onClick: () => window.open(downloadOf(info), '_self') };
  toast.success(i18next.t('exports.finished', { ns: 'takes', name: info.name }), { action, duration: 12_000 });
  if (document.hidden && canNotify()) new Notification(i18next.t('exports.finished', { ns: 'takes', name: info.name }), { tag: info.id });
}
