import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certain, conclude, likely, possible, rule } from '../src/engine/conclude.ts';
import type { Rule, Target } from '../src/model/target.ts';
import { facts } from './support/seen.ts';

const LAB = 'by hand';

function judged(...rules: readonly Rule[]) {
  const target: Target = {
    name: 'x',
    says: { zh: '甲', en: 'x' },
    fits: () => 0,
    probes: [],
    rules,
    settled: [],
    open: [],
    fallback: () => null,
  };
  return conclude(target, facts({}, {})).causes;
}

test('a cause that two rules found is told once, as sure as the surer one, with the evidence and the lines of both', () => {
  const line = { software: 'NoneBot 2', file: '.env', change: 'A=1' };
  const other = { ...line, change: 'B=2' };
  const causes = judged(
    rule('remote.redirect', LAB, () => likely(['H1'], { edits: [line], detail: { zh: '甲', en: 'first' } })),
    rule('remote.redirect', LAB, () => certain(['W4'], { edits: [other, line] })),
  );
  assert.equal(causes.length, 1);
  const [cause] = causes;
  assert.deepEqual(
    [cause?.confidence, cause?.evidence, cause?.edits, cause?.detail?.en],
    ['certain', ['W4', 'H1'], [other, line], 'first'],
  );
});

test('a symptom is not told beside its cause, unless it is the surer of the two', () => {
  const symptom = rule('remote.refused', LAB, () => likely(['N2']));
  const cause = (finding: Rule['decide']): Rule => ({
    ...rule('remote.driver_not_server', LAB, finding),
    explains: ['remote.refused'],
  });
  assert.deepEqual(
    judged(
      symptom,
      cause(() => certain(['C1'])),
    ).map((one) => one.code),
    ['remote.driver_not_server'],
  );
  assert.deepEqual(
    judged(
      symptom,
      cause(() => possible(['C1'])),
    ).map((one) => one.code),
    ['remote.refused', 'remote.driver_not_server'],
  );
});
