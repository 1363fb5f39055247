import { language } from '../i18n/index.ts';

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language(), options).format(ms);
}

export function clockTime(ms: number): string {
  return format(ms, { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** One key per local day. */
export function dayKey(ms: number): string {
  return new Date(ms).toDateString();
}

export function dayName(ms: number): string {
  const year = new Date(ms).getFullYear() === new Date().getFullYear() ? {} : ({ year: 'numeric' } as const);
  return format(ms, { weekday: 'short', month: 'short', day: 'numeric', ...year });
}

/** Time of today, day of this year, else the date. */
export function shortTime(ms: number): string {
  const now = new Date();
  const then = new Date(ms);
  if (then.toDateString() === now.toDateString()) return clockTime(ms);
  if (then.getFullYear() === now.getFullYear()) return format(ms, { month: 'short', day: 'numeric' });
  return format(ms, { year: 'numeric', month: 'numeric', day: 'numeric' });
}

export function fullTime(iso: string | number): string {
  const ms = new Date(iso).getTime();
  return Number.isNaN(ms) ? String(iso) : format(ms, { dateStyle: 'medium', timeStyle: 'medium' });
}
