import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkRow } from '../lib/doctor-row.ts';
import { freePort } from '../lib/free-port.ts';
import { type Bot, type BotSetup, startBot } from '../lib/nonebot-setup.ts';
import { stopPrograms } from '../lib/program.ts';
import { startAll } from '../lib/start-all.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const ACTIVE = ['--active', '--self-id', '10001'];

const token = (value: string) => `ONEBOT_ACCESS_TOKEN=${value}`;
describe('doctor on a NoneBot whose token or port is not as meant', { timeout: 300_000 }, () => {
  const bots: Record<string, Bot> = {};
  before(async () => {
    const fastapi = { python: 'HUFU_PEERS_PYTHON' };
    const client = { python: 'HUFU_PEERS_NONEBOT_DRIVERS', ready: /Loaded adapters/ };
    const setups: Record<string, BotSetup> = {
      right: { ...fastapi, env: token(RIGHT) },
      quoted: { ...fastapi, env: token(`'"${RIGHT}"'`) },
      blanks: { ...fastapi, env: token(`" ${RIGHT} "`) },
      none: { ...client, env: `DRIVER=~none\n${token(RIGHT)}` },
      clients: { ...client, env: `DRIVER=~httpx+~websockets\n${token(RIGHT)}` },
    };
    await startAll(
      Object.entries(setups).map(async ([name, setup]) => {
        bots[name] = await startBot(setup);
      }),
    );
  });
  after(stopPrograms);

  const at = (name: string) => `ws://127.0.0.1:${bots[name]?.port}/onebot/v11/ws`;
  const project = (name: string) => ['--project', bots[name]?.program.folder ?? ''];

  test('quotes or blanks that NoneBot takes for a part of its token are told by the project, and nothing but the given token is sent', async () => {
    for (const [name, words] of [
      ['quoted', /token in \.env of the project has quotes around it/],
      ['blanks', /token in \.env of the project has blanks around it/],
    ] as const)
      await checkRow({
        fault: name,
        url: at(name),
        token: RIGHT,
        args: [...ACTIVE, ...project(name)],
        codes: ['remote.token_near_miss'],
        confidence: 'certain',
        says: [words],
      });
  });

  test('quotes, blanks or percent signs in the given token are told by variants, with consent', async () => {
    const encoded = RIGHT.replace('R', '%52');
    for (const [given, probe, words] of [
      [` ${RIGHT}`, 'V1', /you gave.* has blanks around it/],
      [`"${RIGHT}"`, 'V2', /you gave.* has quotes around it/],
      [`“${RIGHT}”`, 'V2', /you gave.* has quotes around it/],
      [encoded, 'V3', /you gave.* is percent-encoded/],
    ] as const) {
      const row = { fault: `given as ${given}`, url: at('right'), token: given, says: [words] };
      const { report } = await checkRow({
        ...row,
        args: [...ACTIVE, '--try-variants'],
        codes: ['remote.token_near_miss'],
        confidence: 'certain',
      });
      const tried = report.evidence.map((one) => one.id).filter((id) => id.startsWith('V'));
      assert.deepEqual(tried, [probe]);
    }
  });

  test('without consent no variant is sent, and the verdict is a mismatch', async () => {
    const { report } = await checkRow({
      fault: 'quotes without consent',
      url: at('right'),
      token: `"${RIGHT}"`,
      args: ACTIVE,
      codes: ['remote.token_mismatch'],
    });
    assert.ok(report.evidence.every((one) => !one.id.startsWith('V')));
  });

  test('a driver that only dials: the project names it, without the project nothing listens', async () => {
    for (const name of ['none', 'clients']) {
      await checkRow({
        fault: name,
        url: at(name),
        args: project(name),
        codes: ['remote.driver_not_server'],
        says: [/DRIVER of this project is ~(none|httpx\+~websockets)/, /DRIVER=~fastapi\+~websockets/],
      });
      await checkRow({ fault: name, url: at(name), codes: ['remote.refused'], exit: 3 });
    }
  });

  test('a wrong port: nothing listens there, and the project knows the right one', async () => {
    const closed = await freePort();
    const url = `ws://127.0.0.1:${closed}/onebot/v11/ws`;
    await checkRow({ fault: 'wrong port', url, codes: ['remote.refused'], exit: 3 });
    await checkRow({
      fault: 'wrong port with the project',
      url,
      args: project('right'),
      codes: ['remote.refused'],
      exit: 3,
      says: [new RegExp(`this project listens on port ${bots['right']?.port}`), new RegExp(at('right'))],
    });
  });

  test('a wrong port where another program answers is not taken for a bot framework', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('nothing here'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await checkRow({
      fault: 'another program',
      url: `ws://127.0.0.1:${port}/onebot/v11/ws`,
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.unknown_peer'],
      exit: 2,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  test('a folder without a project says so', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'hufu-empty-'));
    await checkRow({
      fault: 'empty folder',
      url: at('right'),
      token: RIGHT,
      args: [...ACTIVE, '--project', empty],
      codes: [],
      open: [/holds no files of NoneBot/],
    });
  });
});
