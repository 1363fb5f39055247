import { createClient } from '@hufu/client';
import { language } from '../i18n/index.ts';

/** Not `crypto.randomUUID`: it is missing where the page is opened over plain http by another name than localhost. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The page's one connection to its server. Each tab is a device of its own: two of one id would end each other. */
export const client = createClient({ baseUrl: window.location.origin, deviceId: `web-${randomId()}`, language });
