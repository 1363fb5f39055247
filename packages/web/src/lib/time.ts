import { language } from '../i18n/index.ts';

const DAY_MS = 86_400_000;

/** Making one costs more than drawing the message whose time it is to tell. There are as many as languages times forms. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${language()} ${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language(), options);
  formats.set(key, made);
  return made.format(ms);
}

export function clockTime(ms: number): string {
  return format(ms, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** One key per local day. */
export function dayKey(ms: number): string {
  return new Date(ms).toDateString();
}

/** Days between the local day of `ms` and today; 1 = yesterday. */
function daysAgo(ms: number): number {
  const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(new Date(ms))) / DAY_MS);
}

/** "today" and "yesterday" in the language of the page, first letter large. */
function relativeDay(days: number): string {
  const word = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(-days, 'day');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function isThisYear(ms: number): boolean {
  return new Date(ms).getFullYear() === new Date().getFullYear();
}

/** The line between two days of a timeline. */
export function dayName(ms: number): string {
  const days = daysAgo(ms);
  if (days === 0 || days === 1) return relativeDay(days);
  return format(ms, { weekday: 'short', month: 'short', day: 'numeric', ...(isThisYear(ms) ? {} : { year: 'numeric' }) });
}

/** For lists: time of today, yesterday, day of the week, day of this year, else the date. */
export function shortTime(ms: number): string {
  const days = daysAgo(ms);
  if (days <= 0) return clockTime(ms);
  if (days === 1) return relativeDay(1);
  if (days < 7) return format(ms, { weekday: 'short' });
  if (isThisYear(ms)) return format(ms, { month: 'short', day: 'numeric' });
  return format(ms, { year: 'numeric', month: 'numeric', day: 'numeric' });
}

export function fullTime(at: string | number): string {
  const ms = new Date(at).getTime();
  return Number.isNaN(ms) ? String(at) : format(ms, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** For the `datetime` of a `<time>`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
