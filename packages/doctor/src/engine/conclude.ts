import { operatorText } from '@hufu/refusals/texts';
import type { RefusalCode } from '@hufu/refusals';
import type { Facts } from '../model/facts.ts';
import type { Cause, ExitCode, Report } from '../model/report.ts';
import type { Finding, Rule, Statement, Target } from '../model/target.ts';
import type { Text } from '../model/text.ts';
import { resultOf } from './show-seen.ts';
import { withheld } from './trust.ts';

const UNREACHABLE: readonly string[] = ['remote.dns', 'remote.refused', 'remote.timeout'];

/** Id of the fact that not everything was asked. */
export const STOPPED = 'stop';

const unfinished: Statement = {
  says: {
    zh: '没有问完：时间（--timeout）或请求数的限额用尽，结论只凭已看到的',
    en: 'not everything was asked: the time (--timeout) or the number of requests was used up, and the verdict rests on what was seen',
  },
  when: (facts) => facts.seen[STOPPED] !== undefined,
};

/** From facts to verdict: every rule that holds is told, so that two mistakes are both named. Needs no network. */
export function conclude(target: Target, facts: Facts): Report {
  const found = target.rules.flatMap((rule) => {
    const finding = rule.decide(facts);
    return finding === null ? [] : [{ rule, cause: causeOf(rule.code, finding) }];
  });
  const isSymptom = ({ code, confidence }: Cause) =>
    found.some(({ rule, cause }) => rule.explains?.includes(code) === true && RANK[cause.confidence] <= RANK[confidence]);
  const told = found.filter(({ cause }) => !isSymptom(cause));
  const warnings = merged(told.filter(({ rule }) => rule.level === 'warning').map(({ cause }) => cause));
  const causes = merged(told.filter(({ rule }) => rule.level !== 'warning').map(({ cause }) => cause));
  const unexplained = causes.length === 0 ? target.fallback(facts) : null;
  if (unexplained !== null) causes.push(causeOf(unexplained, { confidence: 'possible', evidence: [] }));
  const cited = new Set(causes.flatMap((cause) => (cause.confidence === 'possible' ? [] : cause.evidence)));
  return {
    schema: 'hufu.doctor/1',
    target: target.name,
    url: facts.question.url,
    exit: causes.length === 0 && unfinished.when(facts) ? 2 : exitOf(causes),
    causes,
    warnings,
    settled: holding(target.settled, facts),
    open: holding([...target.open, withheld(target), unfinished], facts),
    evidence: Object.entries(facts.seen).map(([id, seen]) => ({
      id,
      ok: !cited.has(id),
      says: target.probes.find((probe) => probe.id === id)?.says ?? null,
      request: seen.request,
      result: resultOf(seen),
      ms: seen.ms,
    })),
  };
}

function causeOf(code: RefusalCode, finding: Finding): Cause {
  const { zh, en } = operatorText(code);
  const both = (part: keyof typeof zh): Text => ({ zh: zh[part], en: en[part] });
  return {
    code,
    confidence: finding.confidence,
    title: both('title'),
    meaning: both('meaning'),
    check: both('check'),
    fix: both('fix'),
    detail: finding.detail ?? null,
    edits: finding.edits ?? [],
    evidence: finding.evidence,
  };
}

const RANK = { certain: 0, likely: 1, possible: 2 } as const;

/** Surest first, among equals in the order of the rules. A cause that two rules found is told once, with the evidence of both. */
function merged(causes: readonly Cause[]): Cause[] {
  const byCode = new Map<RefusalCode, Cause>();
  for (const cause of causes.toSorted((a, b) => RANK[a.confidence] - RANK[b.confidence])) {
    const surer = byCode.get(cause.code);
    byCode.set(cause.code, surer === undefined ? cause : together(surer, cause));
  }
  return [...byCode.values()];
}

function together(surer: Cause, other: Cause): Cause {
  const known = new Set(surer.edits.map((edit) => `${edit.file}\n${edit.change}`));
  return {
    ...surer,
    detail: surer.detail ?? other.detail,
    edits: [...surer.edits, ...other.edits.filter((edit) => !known.has(`${edit.file}\n${edit.change}`))],
    evidence: [...new Set([...surer.evidence, ...other.evidence])],
  };
}

function exitOf(causes: readonly Cause[]): ExitCode {
  const [first] = causes;
  if (first === undefined) return 0;
  if (causes.every((cause) => cause.confidence === 'possible')) return 2;
  return UNREACHABLE.includes(first.code) ? 3 : 1;
}

function holding(statements: readonly Statement[], facts: Facts): Text[] {
  return statements.filter((statement) => statement.when(facts)).map((statement) => statement.says);
}

/** A rule, shortest written. */
export function rule(code: RefusalCode, provenOn: string, decide: Rule['decide']): Rule {
  return { code, provenOn, decide };
}

export function warning(code: RefusalCode, provenOn: string, decide: Rule['decide']): Rule {
  return { code, level: 'warning', provenOn, decide };
}

export function certain(evidence: readonly string[], more: Omit<Finding, 'confidence' | 'evidence'> = {}): Finding {
  return { confidence: 'certain', evidence, ...more };
}

export function likely(evidence: readonly string[], more: Omit<Finding, 'confidence' | 'evidence'> = {}): Finding {
  return { confidence: 'likely', evidence, ...more };
}

export function possible(evidence: readonly string[], more: Omit<Finding, 'confidence' | 'evidence'> = {}): Finding {
  return { confidence: 'possible', evidence, ...more };
}
