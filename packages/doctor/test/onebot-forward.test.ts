import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { onebotForward } from '../src/targets/onebot-forward/index.ts';
import { framesOf } from '../src/targets/onebot-forward/probes.ts';
import { facts, http, REACHED, tcp, ws } from './support/seen.ts';

const LIFECYCLE = '{"post_type":"meta_event","meta_event_type":"lifecycle","sub_type":"connect"}';
const OK = '{"status":"ok","retcode":0,"data":{},"echo":"hufu-00"}';
const GOOD = ws(101, { frames: [LIFECYCLE, OK] });
const BASE = { ...REACHED, H1: http(426), D1: http(404) };
const TOKEN = { secrets: { token: 'f1f2f3f4' } };

type Case = readonly [
  what: string,
  url: string,
  question: Partial<Question>,
  seen: Readonly<Record<string, Seen>>,
  codes: readonly string[],
  warnings?: readonly string[],
];
const cases: readonly Case[] = [
  ['a good connection', 'ws://a:3001/', TOKEN, { F3: ws(401), F4: GOOD }, []],
  ['401 without a token', 'ws://a:3001/', {}, { F3: ws(401) }, ['remote.fwd_token_required']],
  ['403 with a token', 'ws://a:3001/', TOKEN, { F3: ws(401), F4: ws(403) }, ['remote.fwd_token_mismatch']],
  [
    'a close with 1008 after the 101',
    'ws://a:3001/',
    TOKEN,
    { F3: ws(101), F4: ws(101, { close: { code: 1008, reason: 'Unauthorized', afterMs: 3 } }) },
    ['remote.fwd_token_mismatch'],
    ['remote.fwd_frame_refusal'],
  ],
  [
    'a token that a proxy removes',
    'ws://a:3001/',
    TOKEN,
    { F3: ws(401), F4: ws(401, { body: 'No token arrived: missing' }) },
    ['remote.auth_stripped'],
  ],
  [
    'another usual port is open',
    'ws://a:3002/',
    {},
    { N2: tcp({ address: '127.0.0.1', result: 'refused' }), 'N2.3001': tcp({ address: '127.0.0.1', result: 'ok' }) },
    ['remote.refused', 'remote.fwd_other_port'],
  ],
  [
    'a framework that waits to be dialled',
    'ws://a:8080/',
    {},
    { D1: http(405, { headers: { allow: 'POST' } }), F3: ws(403) },
    ['remote.fwd_direction'],
  ],
];
for (const [what, url, question, seen, codes, warnings = []] of cases) {
  test(`${what}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, () => {
    const report = conclude(onebotForward, facts({ target: 'onebot-forward', url, ...question }, { ...BASE, ...seen }));
    assert.deepEqual([report.causes.map((cause) => cause.code), report.warnings.map((cause) => cause.code)], [codes, warnings]);
  });
}

test('reads frames that are no JSON, no objects, or answers to somebody else', () => {
  assert.deepEqual(framesOf(['‹binary›', '[]', 'null', '{"echo":"mine","status":"ok"}', '{"retcode":1403}']), {
    lifecycle: false,
    answer: null,
    refused: false,
  });
  assert.equal(framesOf(['{"status":"failed","retcode":1403,"echo":null}']).refused, true);
});
