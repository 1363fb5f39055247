import type { Refusal } from '@hufu/refusals';
import { type OperatorText, operatorText } from '@hufu/refusals/texts';

/** As `GET /api/v1/requests/<id>/explanation` answers it to an operator. */
export interface Explanation {
  readonly requestId: string;
  readonly code: string;
  readonly publicCode: string | null;
  readonly timeIso: string;
  readonly surface: string;
  readonly peer: string;
  readonly text: { readonly zh: OperatorText; readonly en: OperatorText };
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly claimed: Readonly<Record<string, unknown>>;
}

const WORDS = {
  en: {
    peer: 'from',
    when: 'when',
    saw: 'the peer saw',
    claimed: 'it claimed',
    evidence: 'evidence',
    check: 'check',
    fix: 'fix',
  },
  zh: { peer: '来源', when: '时间', saw: '对方看到', claimed: '对方自称', evidence: '证据', check: '核对', fix: '修复' },
} as const;

/** Verdict first, then the facts line by line, then what to do. */
export function explanationText(explanation: Explanation, lang: 'zh' | 'en'): string {
  const words = WORDS[lang];
  const text = explanation.text[lang];
  const lines = [
    `✗ ${text.title}  ${explanation.code}`,
    `  ${text.meaning}`,
    `  ${words.when}: ${explanation.timeIso}   ${words.peer}: ${printable(explanation.peer)} (${explanation.surface})`,
    ...(explanation.publicCode === null ? [] : [`  ${words.saw}: ${explanation.publicCode}; req=${explanation.requestId}`]),
    ...facts(words.claimed, explanation.claimed),
    ...facts(words.evidence, explanation.evidence),
    `  ${words.check}: ${text.check}`,
    `  ${words.fix}: ${text.fix}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Why the server does not start: nobody was told a request id, so everything stands here. */
export function startFailureText(refusal: Refusal, lang: 'zh' | 'en'): string {
  const words = WORDS[lang];
  const text = operatorText(refusal.code)[lang];
  const lines = [
    `✗ ${text.title}  ${refusal.code}`,
    `  ${text.meaning}`,
    ...facts(words.evidence, refusal.evidence ?? {}),
    `  ${words.check}: ${text.check}`,
    `  ${words.fix}: ${text.fix}`,
  ];
  return `${lines.join('\n')}\n`;
}

function facts(label: string, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).map(
    ([key, value]) => `  ${label}: ${key} = ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  );
}

/** What a peer sent may hold terminal escapes. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�').slice(0, 400);
}
