import type { Cause, Report } from '../model/report.ts';
import type { Lang } from '../model/text.ts';

const WORDS = {
  en: {
    works: 'Nothing wrong was found',
    but: 'but',
    certain: 'certain',
    likely: 'likely',
    possible: 'one of several that remain',
    meaning: 'what it means',
    check: 'check by hand',
    fix: 'fix',
    change: 'change in',
    evidence: 'Evidence',
    open: 'Not decided',
    warning: 'warning',
    url: 'the address',
  },
  zh: {
    works: '没有发现问题',
    but: '但是',
    certain: '确定',
    likely: '很可能',
    possible: '剩余的可能之一',
    meaning: '含义',
    check: '手工核对',
    fix: '修复',
    change: '修改',
    evidence: '证据',
    open: '尚未判定',
    warning: '注意',
    url: '地址',
  },
} as const;

type Words = (typeof WORDS)[Lang];

/** Verdict first, then the facts line by line, then what to change. */
export function renderText(report: Report, lang: Lang): string {
  const words = WORDS[lang];
  const comma = lang === 'zh' ? '，' : ', ';
  const settled = capital(report.settled.map((one) => one[lang]).join(comma));
  const { causes, warnings } = report;
  const lines = causes.length === 0 ? [`✓ ${words.works}${settled === '' ? '' : `: ${settled}`}`] : [];
  if (causes.length > 0 && settled !== '') lines.push(`${settled}${lang === 'zh' ? '；' : '; '}${words.but}:`);
  for (const cause of causes) lines.push('', ...causeLines(cause.confidence === 'possible' ? '?' : '✗', cause, { words, lang }));
  for (const cause of warnings) lines.push('', ...causeLines(`! ${words.warning}:`, cause, { words, lang }));
  if (report.open.length > 0) lines.push('', `${words.open}:`, ...report.open.map((one) => `  ? ${one[lang]}`));
  if (report.evidence.length > 0) lines.push('', `${words.evidence}:`);
  for (const { id, ok, says, request, result, ms } of report.evidence) {
    const asked = says === null ? request : `${says[lang]}${lang === 'zh' ? '：' : ': '}${request}`;
    lines.push(`  ${ok ? '✓' : '✗'} ${id.padEnd(4)} ${asked} → ${result}${ms === 0 ? '' : `  (${ms} ms)`}`);
  }
  return `${lines
    .slice(lines[0] === '' ? 1 : 0)
    .map(printable)
    .join('\n')}\n`;
}

function causeLines(mark: string, cause: Cause, { words, lang }: { readonly words: Words; readonly lang: Lang }): string[] {
  const cited = cause.evidence.length === 0 ? '' : `  [${cause.evidence.join(' ')}]`;
  return [
    `${mark} ${cause.title[lang]}  ${cause.code} (${words[cause.confidence]})${cited}`,
    ...(cause.detail === null ? [] : [`  ${cause.detail[lang]}`]),
    `  ${words.meaning}: ${cause.meaning[lang]}`,
    `  ${words.check}: ${cause.check[lang]}`,
    `  ${words.fix}: ${cause.fix[lang]}`,
    ...cause.edits.flatMap(({ software, file, change }) => [
      `  ${words.change} ${file === 'url' ? words.url : `${software} ${file}`}:`,
      ...change.split('\n').map((line) => `      ${line}`),
    ]),
  ];
}

function capital(text: string): string {
  return text === '' ? '' : (text[0] ?? '').toUpperCase() + text.slice(1);
}

/** What a peer sent may hold terminal escapes. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '�');
}
