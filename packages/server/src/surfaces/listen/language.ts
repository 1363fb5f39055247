import type { IncomingHttpHeaders } from 'node:http';

/** In which of the two languages the words of a refusal are told: English when it is asked for first, else Chinese. */
export function languageOf(headers: IncomingHttpHeaders | undefined): 'zh' | 'en' {
  return /^\s*en/i.test(headers?.['accept-language'] ?? '') ? 'en' : 'zh';
}
