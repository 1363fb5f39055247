import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../src/kernel/log.ts';
import { call } from './support/http.ts';
import { ADMIN, openServer, type TestServer } from './support/server.ts';
import { connectBytes, openTap, readConnack } from './support/wk.ts';

/** A refused CONNECT; answers the request id that the peer was told. */
async function refusedConnect(server: TestServer, from: string): Promise<string> {
  const tap = await openTap('tcp', server.at.tcp, from);
  tap.write(connectBytes({ uid: 'alice', token: 'guess', version: 4 }));
  await tap.closed;
  return /hr_\w+/.exec(readConnack(tap.received(), 4).salt)?.[0] ?? '';
}

const operator = { kind: 'operator' } as const;

async function explanations(server: TestServer, ids: readonly string[]) {
  const found = await Promise.all(ids.map((id) => server.core.decisions.explain(id, operator)));
  return found.map((one) => {
    assert.ok(one !== null, 'every id that a peer was told explains itself');
    return one;
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

test('a flood from one address: five a second are stored, the rest is counted into the last of them, and every id explains itself', async () => {
  const server = await openServer();
  try {
    const startMs = Date.now();
    const ids: string[] = [];
    for (let round = 0; round < 20; round += 1)
      ids.push(...(await Promise.all(Array.from({ length: 10 }, () => refusedConnect(server, '127.50.0.1')))));
    const seconds = Math.floor(Date.now() / 1000) - Math.floor(startMs / 1000) + 1;
    assert.equal(new Set(ids).size, 200);
    const all = await explanations(server, ids);
    const stored = all.filter((one) => one.evidence['keptInMemoryOnly'] !== true);
    assert.ok(stored.length >= 5 && stored.length <= 5 * seconds, `${stored.length} in ${seconds} s`);
    assert.equal(stored.length + sum(stored.map((one) => Number(one.evidence['alsoRefused'] ?? 0))), 200);
    const rows = await server.core.decisions.list(operator, 1000);
    assert.equal(rows.length, stored.length);
    assert.equal(await refusedElsewhere(server), true, 'another address is not silenced by it');
  } finally {
    await server.close();
  }
});

async function refusedElsewhere(server: TestServer): Promise<boolean> {
  const [one] = await explanations(server, [await refusedConnect(server, '127.50.0.2')]);
  return one?.evidence['keptInMemoryOnly'] === undefined;
}

test('a flood from many addresses: two hundred a second are stored in all', async () => {
  const server = await openServer();
  try {
    const startMs = Date.now();
    const ids: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      const from = (at: number) => `127.51.${round}.${at + 1}`;
      const tries = Array.from({ length: 50 }, (_, at) => call({ to: server.at.http, from: from(at), path: '/api/v1/me' }));
      ids.push(...(await Promise.all(tries)).map((answer) => String(answer.json['requestId'])));
    }
    const seconds = Math.floor(Date.now() / 1000) - Math.floor(startMs / 1000) + 1;
    const all = await explanations(server, ids);
    const stored = all.filter((one) => one.evidence['keptInMemoryOnly'] !== true);
    assert.ok(stored.length <= 200 * seconds, `${stored.length} in ${seconds} s`);
    const counted = stored.map(
      (one) => Number(one.evidence['alsoRefused'] ?? 0) + Number(one.evidence['alsoRefusedElsewhere'] ?? 0),
    );
    assert.equal(stored.length + sum(counted), 600);
  } finally {
    await server.close();
  }
});

test('counts and what was found out later are in the database after a restart; what was only counted is gone', async () => {
  const first = await openServer();
  const made = JSON.stringify({ uid: 'alice', token: 'guess!', device_flag: 1, device_level: 0 });
  await call({ to: first.at.http, method: 'POST', path: '/user/token', headers: { token: ADMIN }, body: made });
  const flood = () => Promise.all(Array.from({ length: 30 }, () => refusedConnect(first, '127.50.0.3')));
  const ids = await flood();
  // What comes after the first write has to be written again.
  await first.core.decisions.flush();
  ids.push(...(await flood()));
  const before = await explanations(first, ids);
  await first.stop();
  const second = await openServer({ dataDir: first.dataDir });
  try {
    for (const [at, id] of ids.entries()) {
      const then = before[at];
      const now = await second.core.decisions.explain(id, operator);
      if (then?.evidence['keptInMemoryOnly'] === true) assert.equal(now, null);
      else {
        assert.equal(now?.code, 'cred.mismatch');
        assert.equal(now?.evidence['flagsWithToken'], '1', 'found out after the answer');
        assert.equal(now?.evidence['alsoRefused'], then?.evidence['alsoRefused']);
      }
    }
  } finally {
    await second.close();
  }
});

test('while the database of decisions is down, refusals go on: the record is in memory and, with the same id, in the log', async () => {
  const lines: Record<string, unknown>[] = [];
  const log: Log = { info: () => undefined, warn: (fields) => void lines.push(fields), error: () => undefined };
  const server = await openServer({ log });
  await server.core.decisionStore.close();
  const id = await refusedConnect(server, '127.50.0.4');
  await server.core.decisions.flush();
  const line = lines.find((one) => one['requestId'] === id);
  assert.match(JSON.stringify(line), /"code":"cred\.\w+".*"peer"|"peer".*"code":"cred\.\w+"/);
  assert.ok(!JSON.stringify(lines).includes('guess'), 'and without the token');
  const path = `/api/v1/requests/${id}/explanation`;
  const answer = await call({ to: server.at.http, path, headers: { token: ADMIN } });
  assert.deepEqual([answer.status, answer.json['requestId']], [200, id]);
  const list = await call({ to: server.at.http, path: '/api/v1/refusals', headers: { token: ADMIN } });
  assert.equal(list.status, 200);
  assert.match(list.text, new RegExp(id));
  const unknown = await call({
    to: server.at.http,
    path: '/api/v1/requests/hr_00000000000000000000000000/explanation',
    headers: { token: ADMIN },
  });
  assert.equal(unknown.status, 404);
  await server.close();
});
