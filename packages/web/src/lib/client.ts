import { createClient } from '@hufu/client';
import { language } from '../i18n/index.ts';

/** Not `crypto.randomUUID`: it is missing where the page is opened over plain http by another name than localhost. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The page's one connection to its server. Its device id is of this page alone: two pages of one browser with the same id
 * would end each other's connection.
 */
export const client = createClient({ baseUrl: window.location.origin, deviceId: `web-${randomId()}`, language });

// A back-off that was planned while the machine slept or had no network is not waited out.
window.addEventListener('online', () => client.retryNow());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') client.retryNow();
});
