/** What an alert says, in the page's language where its rule is one that ships; a rule of the user's own says it as it was written. */
import i18next from 'i18next';
import type { TelemetrySample } from '../../shared/contract/telemetry.ts';

type Alert = Pick<TelemetrySample['alerts'][number], 'name' | 'summary' | 'description'>;

export function alertText(alert: Alert, what: 'summary' | 'description'): string {
  const rule = alert.name as 'HighProcessingLatency'; // any that ships
  if (!i18next.exists(`meters:rules.${rule}`)) return alert[what];
  const { t } = i18next;
  return what === 'summary' ? t(`meters:rules.${rule}.summary`) : t(`meters:rules.${rule}.description`);
}
