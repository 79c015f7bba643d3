/** The page's words. One file per feature and language; the compiler holds the languages to the same keys. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { UiLanguage } from '../state/view.ts';
import { avatars } from './en/avatars.ts';
import { common } from './en/common.ts';
import { doctor } from './en/doctor.ts';
import { marks } from './en/marks.ts';
import { meters } from './en/meters.ts';
import { models } from './en/models.ts';
import { player } from './en/player.ts';
import { qa } from './en/qa.ts';
import { recording } from './en/recording.ts';
import { settings } from './en/settings.ts';
import { studio } from './en/studio.ts';
import { takes } from './en/takes.ts';
import { timeline } from './en/timeline.ts';
import { avatars as avatarsFa } from './fa/avatars.ts';
import { common as commonFa } from './fa/common.ts';
import { doctor as doctorFa } from './fa/doctor.ts';
import { marks as marksFa } from './fa/marks.ts';
import { meters as metersFa } from './fa/meters.ts';
import { models as modelsFa } from './fa/models.ts';
import { player as playerFa } from './fa/player.ts';
import { qa as qaFa } from './fa/qa.ts';
import { recording as recordingFa } from './fa/recording.ts';
import { settings as settingsFa } from './fa/settings.ts';
import { studio as studioFa } from './fa/studio.ts';
import { takes as takesFa } from './fa/takes.ts';
import { timeline as timelineFa } from './fa/timeline.ts';

const en = { common, studio, marks, recording, player, timeline, qa, avatars, takes, meters, models, doctor, settings };
const fa = { common: commonFa, studio: studioFa, marks: marksFa, recording: recordingFa, player: playerFa, timeline: timelineFa, qa: qaFa, avatars: avatarsFa, takes: takesFa, meters: metersFa, models: modelsFa, doctor: doctorFa, settings: settingsFa };

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}

export async function startI18n(language: UiLanguage): Promise<void> {
  await i18next.use(initReactI18next).init({ lng: language, fallbackLng: 'en', defaultNS: 'common', resources: { en, fa }, interpolation: { escapeValue: false } });
}

/** The whole page turns: text, digits, direction. */
export function applyLanguage(language: UiLanguage): void {
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'fa' ? 'rtl' : 'ltr';
  if (i18next.language !== language) void i18next.changeLanguage(language);
}
