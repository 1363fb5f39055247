import { after, before, describe, test } from 'node:test';
import { botCases } from './cases/bots.ts';
import { connectCases } from './cases/connect.ts';
import { httpCases } from './cases/http.ts';
import { sendCases } from './cases/send.ts';
import { type Case, checkCase } from './support/case.ts';
import { openWorld, type World } from './support/world.ts';

const CASES: readonly Case[] = [...connectCases, ...httpCases, ...sendCases, ...botCases];

describe('every refusal, provoked on every surface it can appear on', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  for (const one of CASES)
    test(`${one.code} on ${one.surface}: ${one.how}`, { timeout: 20_000 }, async () => {
      await checkCase(world, one);
    });
});
