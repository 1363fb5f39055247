import assert from 'node:assert/strict';
import { definitionOf, isRefusalCode, type RefusalCode, refusalCodes } from '@hufu/refusals';
import { operatorText } from '@hufu/refusals/texts';
import { call } from './http.ts';
import { ADMIN, eventually, freshAddress } from './server.ts';
import type { World } from './world.ts';

export type Surface =
  | 'wkproto tcp'
  | 'wkproto ws'
  | 'jsonrpc tcp'
  | 'jsonrpc ws'
  | 'wukong-http'
  | 'api'
  | 'onebot forward'
  | 'onebot reverse'
  | 'listen';

/** What the refused peer got, as one text. */
export interface Told {
  /** null on wires that have no room for it: the record is found by the peer's address. */
  readonly requestId: string | null;
  readonly text: string;
}

/** One refusal, provoked for real on one surface. */
export interface Case {
  readonly code: RefusalCode;
  readonly surface: Surface;
  readonly how: string;
  /** Asserts the exact answer of its wire. `from` is the loopback address to come from. */
  provoke(world: World, from: string): Promise<Told>;
  /** What the operator must find beside call, answer and listener. */
  readonly evidence?: readonly string[];
  /** What the peer was told, where the cause was found out after the answer; null where nobody is told. */
  readonly toldAs?: RefusalCode | null;
  /** Its peer has more refusals a second than are stored, so the record may be in memory only. */
  readonly overRate?: true;
}

interface Explained {
  readonly requestId: string;
  readonly code: string;
  readonly publicCode: string | null;
  readonly surface: string;
  readonly peer: string;
  readonly text: { readonly zh: { readonly fix: string }; readonly en: { readonly fix: string } };
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly claimed: Readonly<Record<string, unknown>>;
}

const CODES = Object.keys(refusalCodes).filter(isRefusalCode);
const OPERATOR = '127.30.0.1';
const STRANGER = '127.30.0.2';

/** Provokes the refusal, then reads it as the operator, as a stranger and as somebody it did not happen to. */
export async function checkCase(world: World, one: Case): Promise<Explained> {
  const from = freshAddress();
  const told = await one.provoke(world, from);
  const explained = await eventually(`the explanation of ${one.code}`, async () => {
    const found = await explanationOf(world, told, from);
    const isWhole = found?.code === one.code && (one.evidence ?? []).every((key) => found.evidence[key] !== undefined);
    return isWhole ? found : null;
  });
  assert.ok(one.surface.startsWith(explained.surface), `${explained.surface} recorded for ${one.surface}`);
  checkRecord(one, explained);
  assert.equal(explained.publicCode, one.toldAs === null ? null : definitionOf(one.toldAs ?? one.code).publicCode);
  checkNoLeak(one.toldAs ?? one.code, told.text);
  await checkStrangers(world, explained);
  return explained;
}

async function explanationOf(world: World, told: Told, peer: string): Promise<Explained | null> {
  if (told.requestId !== null) return explain(world, told.requestId);
  for (const row of await world.server.core.decisions.list({ kind: 'operator' }, 20)) {
    const found = await explain(world, row.requestId);
    if (found?.peer === peer) return found;
  }
  return null;
}

async function explain(world: World, requestId: string): Promise<Explained | null> {
  const path = `/api/v1/requests/${requestId}/explanation`;
  const answer = await call({ to: world.server.at.http, from: OPERATOR, path, headers: { token: ADMIN } });
  const found: object = answer.json;
  return answer.status === 200 && isExplained(found) ? found : null;
}

function isExplained(value: object): value is Explained {
  return ['requestId', 'code', 'publicCode', 'surface', 'peer', 'text', 'evidence', 'claimed'].every((key) => key in value);
}

/** Cause, evidence and remedy, in both languages. */
function checkRecord(one: Case, explained: Explained): void {
  const { evidence, text } = explained;
  const expected = operatorText(one.code);
  assert.deepEqual(text, { zh: { ...expected.zh }, en: { ...expected.en } });
  for (const key of one.toldAs === null ? ['call', 'listener'] : ['call', 'answer', 'listener'])
    assert.ok(evidence[key] !== undefined, `${key} in ${JSON.stringify(evidence)}`);
  if (one.overRate !== true) assert.equal(evidence['keptInMemoryOnly'], undefined, 'the record is in the database');
}

const NEVER_TOLD = /presentedFingerprint|presentedKind|ownerUid|flagsWithToken|nearMiss|hfb_|hfa_|hfs_/;

/** The public code is all that a peer may read of the cause. */
function checkNoLeak(code: RefusalCode, text: string): void {
  const { publicCode } = definitionOf(code);
  const named = CODES.filter((other) => new RegExp(`(?<![\\w./])${other.replace('.', '\\.')}(?![\\w])`).test(text));
  for (const other of named) assert.equal(other, publicCode, `the answer names ${other}: ${text}`);
  assert.doesNotMatch(text, NEVER_TOLD);
  const { zh, en } = operatorText(code);
  for (const words of [zh.meaning, zh.fix, en.meaning, en.fix]) assert.ok(!text.includes(words), `the answer says: ${words}`);
}

/** Without a credential there is nothing to read; with another person's, the id looks like one that does not exist. */
async function checkStrangers(world: World, { requestId }: Explained): Promise<void> {
  const read = (id: string, headers: Readonly<Record<string, string>>) =>
    call({ to: world.server.at.http, from: STRANGER, path: `/api/v1/requests/${id}/explanation`, headers });
  const bare = await read(requestId, {});
  assert.deepEqual([bare.status, bare.json['code']], [401, 'cred.missing']);
  const session = { Authorization: `Bearer ${world.sessions.stranger}` };
  const [foreign, unknown] = [await read(requestId, session), await read('hr_00000000000000000000000000', session)];
  assert.equal(foreign.status, 404);
  assert.deepEqual(withoutIds(foreign), withoutIds(unknown));
}

/** An answer without what differs in every answer: the request id and the date. */
function withoutIds(answer: { readonly status: number; readonly headers: object; readonly text: string }) {
  const { 'x-request-id': _, date: __, ...headers } = answer.headers as Record<string, string>;
  return { status: answer.status, headers, text: answer.text.replace(/hr_[0-9A-Z]{26}/g, 'hr_…') };
}
