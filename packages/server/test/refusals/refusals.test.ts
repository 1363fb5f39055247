import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isRefusalCode, type RefusalCode } from '@hufu/refusals';
import { APPEARS, type ServersOwn } from './appears.ts';
import { botCases } from './cases/bots.ts';
import { connectCases } from './cases/connect.ts';
import { endingCases } from './cases/endings.ts';
import { httpCases } from './cases/http.ts';
import { PENDING, roomCases, stateCases } from './cases/limits.ts';
import { sendCases } from './cases/send.ts';
import { type Case, checkCase } from './support/case.ts';
import { openWorld, type World } from './support/world.ts';

const TIMEOUT = { timeout: 60_000 };

/** Each group has a server of its own; `concurrent` ones do not disturb each other and mostly wait. */
function provokes(
  what: string,
  cases: readonly Case[],
  options: { flags?: Readonly<Record<string, string>>; concurrency?: number },
) {
  describe(what, { concurrency: options.concurrency ?? 1 }, () => {
    let world: World;
    before(async () => {
      world = await openWorld(options.flags);
    });
    after(async () => {
      checkRecorded(await world.server.core.decisions.list({ kind: 'operator' }, 1000));
      await world.close();
    });
    for (const one of cases)
      test(`${one.code} on ${one.surface}: ${one.how}`, TIMEOUT, async () => {
        await checkCase(world, one);
      });
  });
}

describe('every refusal, provoked on every surface it can appear on', { concurrency: true }, () => {
  provokes('handshakes, calls and messages', [...connectCases, ...httpCases, ...sendCases, ...botCases], {});
  provokes('ends of connections', endingCases, { concurrency: 8, flags: { 'limits.outboxBytes': '65536' } });
  provokes('a server that cannot', stateCases, { flags: { 'limits.pendingMessages': String(PENDING) } });
  provokes('a server without room', roomCases, { flags: { 'limits.connections': '1' } });
});

const ALL: readonly Case[] = [
  ...connectCases,
  ...httpCases,
  ...sendCases,
  ...botCases,
  ...endingCases,
  ...stateCases,
  ...roomCases,
];
const listed = Object.entries(APPEARS).flatMap(([code, where]) =>
  typeof where === 'string' ? [] : where.map((surface) => `${code} on ${surface}`),
);

test('every cause is provoked wherever the list says that it can appear', () => {
  const provoked = new Set(ALL.map((one) => `${one.code} on ${one.surface}`));
  assert.deepEqual(
    listed.filter((pair) => !provoked.has(pair)),
    [],
  );
});

test('what is provoked is in the list', () => {
  const pairs = new Set(ALL.map((one) => `${one.code} on ${one.surface}`));
  assert.deepEqual(
    [...pairs].filter((pair) => !listed.includes(pair)),
    [],
  );
});

test('what cannot be provoked says why', () => {
  for (const [code, where] of Object.entries(APPEARS)) {
    if (typeof where === 'string') assert.ok(where.length > 30, code);
    else assert.ok(where.length > 0, code);
  }
});

/** Whatever the server refused meanwhile, expected or not, is in the list too. */
function checkRecorded(rows: readonly { readonly code: string; readonly surface: string }[]): void {
  assert.ok(rows.length > 0);
  for (const { code, surface } of rows) {
    assert.ok(isRefusalCode(code), code);
    if (!isServersOwn(code)) continue;
    const where = APPEARS[code];
    assert.ok(typeof where !== 'string' && where.some((one) => one.startsWith(surface)), `${code} was recorded on ${surface}`);
  }
}

function isServersOwn(code: RefusalCode): code is ServersOwn {
  return Object.hasOwn(APPEARS, code);
}
