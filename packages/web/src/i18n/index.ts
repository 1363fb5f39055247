import { createI18n } from 'vue-i18n';
import { remember, remembered } from '../lib/storage.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'zh' | 'en';

function first(): Language {
  const chosen = remembered('language');
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const i18n = createI18n({ legacy: false, locale: first(), fallbackLocale: 'en', messages: { en, zh } });

document.documentElement.lang = language();

export function language(): Language {
  return i18n.global.locale.value === 'zh' ? 'zh' : 'en';
}

export function setLanguage(next: Language): void {
  i18n.global.locale.value = next;
  document.documentElement.lang = next;
  remember('language', next);
}
