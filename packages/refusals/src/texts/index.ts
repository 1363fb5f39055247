import { definitionOf, type RefusalCode } from '../codes.ts';
import { en } from './en.ts';
import type { OperatorText } from './text.ts';
import { zh } from './zh.ts';

export type { OperatorText } from './text.ts';

/** Both languages of one cause. Operators only: never sent to a stranger, never in the web bundle. */
export function operatorText(code: RefusalCode): { readonly zh: OperatorText; readonly en: OperatorText } {
  return { zh: zh[code] ?? plain(definitionOf(code).public.zh, '见证据。', '按标题修正后重试。'), en: en[code] ?? plain(definitionOf(code).public.en, 'See the evidence.', 'Correct what the title names and try again.') };
}

function plain(title: string, meaning: string, fix: string): OperatorText {
  return { title, meaning, check: meaning, fix };
}
