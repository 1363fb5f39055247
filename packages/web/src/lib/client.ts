import { createClient } from '@hufu/client';
import { language } from '../i18n/index.ts';
import { remember, remembered } from './storage.ts';

function deviceId(): string {
  const known = remembered('device');
  if (known !== null) return known;
  const made = `web-${randomId()}`;
  remember('device', made);
  return made;
}

/** Not `crypto.randomUUID`: it is missing where the page is opened over plain http by another name than localhost. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The page's one connection to its server. */
export const client = createClient({ baseUrl: window.location.origin, deviceId: deviceId(), language });
