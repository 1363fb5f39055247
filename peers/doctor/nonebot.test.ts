import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { checkRow, type DoctorRow } from '../lib/doctor-row.ts';
import { freePort } from '../lib/nonebot.ts';
import { installed, type Program, startProgram, stopPrograms } from '../lib/program.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const WRONG = 'Wq4hT8nBc1Yd';
const ACTIVE = ['--active', '--self-id', '10001'];

interface Bot {
  readonly port: number;
  readonly program: Program;
}

interface Setup {
  readonly python: string;
  readonly env: string;
  /** Modules of adapters to register. */
  readonly adapters?: readonly string[];
  /** Arguments of nonebot.run. */
  readonly run?: string;
  readonly ready?: RegExp;
}

/** An unmodified NoneBot with this .env and these adapters, on a port of its own. */
async function startBot({ python, env, adapters = ['v11'], run = '', ready = /Uvicorn running on/ }: Setup): Promise<Bot> {
  const port = await freePort();
  const program = await startProgram({
    name: 'NoneBot',
    command: installed(python),
    args: ['bot.py'],
    ready,
    files: [
      { path: '.env', content: `PORT=${port}\n${env}\n` },
      {
        path: 'bot.py',
        content: [
          'import nonebot',
          ...adapters.map((version) => `from nonebot.adapters.onebot.${version} import Adapter as Adapter_${version}`),
          'nonebot.init()',
          ...adapters.map((version) => `nonebot.get_driver().register_adapter(Adapter_${version})`),
          `nonebot.run(${run})`,
        ].join('\n'),
      },
    ],
  });
  return { port, program };
}

const token = (value: string) => `ONEBOT_ACCESS_TOKEN=${value}`;
const drivers = { FastAPI: ['HUFU_PEERS_PYTHON', '~fastapi'], Quart: ['HUFU_PEERS_NONEBOT_DRIVERS', '~quart'] } as const;

for (const [driver, [python, module]] of Object.entries(drivers)) {
  describe(`doctor on NoneBot with ${driver}`, { timeout: 150_000 }, () => {
    const bots: Record<string, Bot> = {};
    before(async () => {
      const setups: Record<string, Omit<Setup, 'python'>> = {
        right: { env: token(RIGHT) },
        bare: { env: token(RIGHT), adapters: [] },
        v12: { env: token(RIGHT), adapters: ['v12'] },
        misnamed: { env: `ONE_BOT_ACCESS_TOKEN = "${RIGHT}"` },
        deaf: { env: token(RIGHT), run: 'ws="none"' },
      };
      await Promise.all(
        Object.entries(setups).map(async ([name, setup]) => {
          bots[name] = await startBot({ ...setup, python, env: `DRIVER=${module}\n${setup.env}` });
        }),
      );
    });
    after(stopPrograms);

    const at = (name: string, path = '/onebot/v11/ws') => `ws://127.0.0.1:${bots[name]?.port}${path}`;
    const project = (name: string) => ['--project', bots[name]?.program.folder ?? ''];
    const rows: readonly (() => DoctorRow)[] = [
      () => ({ fault: 'healthy', url: at('right'), token: RIGHT, args: ACTIVE, codes: [] }),
      () => ({
        fault: 'healthy at the address with the last slash',
        url: at('right', '/onebot/v11/'),
        token: RIGHT,
        args: ACTIVE,
        codes: [],
      }),
      () => ({
        fault: 'healthy with Token instead of Bearer',
        url: at('right'),
        token: RIGHT,
        args: [...ACTIVE, '--scheme', 'Token'],
        codes: [],
      }),
      () => ({
        fault: 'nothing tried yet: token and bot id remain',
        url: at('right'),
        token: RIGHT,
        codes: ['remote.self_id_duplicate', 'remote.token_mismatch'],
        confidence: 'possible',
        exit: 2,
        open: [/--active/],
      }),
      () => ({
        fault: 'adapter not registered',
        url: at('bare'),
        token: RIGHT,
        args: ACTIVE,
        codes: ['remote.adapter_unregistered'],
        says: [/register_adapter\(OneBotAdapter\)/],
      }),
      () => ({
        fault: 'adapter not registered, with the project at hand',
        url: at('bare'),
        args: project('bare'),
        codes: ['remote.adapter_unregistered'],
        confidence: 'certain',
        says: [/bot\.py has no register_adapter/],
      }),
      () => ({
        fault: 'adapter not registered and a wrong token at once: the token cannot be checked yet',
        url: at('bare'),
        token: WRONG,
        args: ACTIVE,
        codes: ['remote.adapter_unregistered'],
        open: [/token has not been checked yet/],
      }),
      () => ({
        fault: 'the adapter of V12 only',
        url: at('v12'),
        args: project('v12'),
        codes: ['remote.adapter_wrong_version'],
        confidence: 'certain',
        says: [/bot\.py registers V12 only/],
      }),
      () => ({
        fault: 'a wrong path',
        url: at('right', '/cqhttp/ws'),
        token: RIGHT,
        args: ACTIVE,
        codes: ['remote.path_wrong'],
        says: [/ws:\/\/127\.0\.0\.1:\d+\/onebot\/v11\/ws/, /\\"Suffix\\": \\"\/onebot\/v11\/ws\\"/],
      }),
      () => ({
        fault: 'a missing slash',
        url: at('right', '/onebot/v11'),
        token: RIGHT,
        args: ACTIVE,
        codes: ['remote.path_wrong'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'a wrong path, asked without acting',
        url: at('right', '/ws'),
        codes: ['remote.path_wrong'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'a wrong path and a wrong token at once',
        url: at('right', '/cqhttp/ws'),
        token: WRONG,
        args: ACTIVE,
        codes: ['remote.path_wrong', 'remote.token_mismatch'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'a missing slash and a wrong token at once',
        url: at('right', '/onebot/v11'),
        token: WRONG,
        args: ACTIVE,
        codes: ['remote.path_wrong', 'remote.token_mismatch'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'no token',
        url: at('right'),
        args: ACTIVE,
        codes: ['remote.token_required'],
        confidence: 'certain',
        says: [/ONEBOT_ACCESS_TOKEN=/],
      }),
      () => ({
        fault: 'the token in the address only',
        url: `${at('right')}?access_token=${RIGHT}`,
        args: ACTIVE,
        codes: ['remote.token_required'],
        says: [/access_token in the address is not read/],
      }),
      () => ({
        fault: 'a wrong token',
        url: at('right'),
        token: WRONG,
        args: ACTIVE,
        codes: ['remote.token_mismatch'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'a wrong token, as our own client met it',
        url: at('right'),
        token: WRONG,
        args: ['--saw', '403'],
        codes: ['remote.token_mismatch'],
        confidence: 'likely',
      }),
      () => ({
        fault: 'a wrong token, with the project at hand',
        url: at('right'),
        token: WRONG,
        args: project('right'),
        codes: ['remote.token_mismatch', 'remote.self_id_duplicate'],
      }),
      () => ({
        fault: 'the misnamed key: anybody may come',
        url: at('misnamed'),
        token: WRONG,
        args: [...ACTIVE, ...project('misnamed')],
        codes: [],
        warnings: ['remote.token_unset', 'remote.token_key_misnamed'],
        says: [/\.env has ONE_BOT_ACCESS_TOKEN/],
      }),
      () => ({
        fault: 'the misnamed key, seen from outside only',
        url: at('misnamed'),
        token: WRONG,
        args: ACTIVE,
        codes: [],
        warnings: ['remote.token_unset'],
      }),
      () => ({
        fault: 'the token without its scheme',
        url: at('right'),
        token: RIGHT,
        args: [...ACTIVE, '--scheme', 'raw'],
        codes: ['remote.auth_scheme'],
        confidence: 'certain',
      }),
      () => ({
        fault: 'two blanks after the scheme',
        url: at('right'),
        token: `Bearer  ${RIGHT}`,
        args: [...ACTIVE, '--scheme', 'raw'],
        codes: ['remote.auth_scheme'],
      }),
      () => ({
        fault: 'a wrong token without its scheme: both mistakes',
        url: at('right'),
        token: WRONG,
        args: [...ACTIVE, '--scheme', 'raw'],
        codes: ['remote.token_mismatch', 'remote.auth_scheme'],
      }),
      () => ({
        fault: 'no WebSocket library',
        url: at('deaf'),
        token: RIGHT,
        args: ACTIVE,
        codes: ['remote.ws_lib_missing'],
        says: [/uvicorn\[standard\]/],
      }),
      () => ({
        fault: 'no WebSocket library and a missing slash at once',
        url: at('deaf', '/onebot/v11'),
        codes: ['remote.ws_lib_missing', 'remote.path_wrong'],
        confidence: 'certain',
      }),
    ];
    for (const row of rows.map((make) => make)) {
      test(row().fault, async () => {
        await checkRow(row());
      });
    }

    test('a live connection of the same bot id', async () => {
      const headers = { 'X-Self-ID': '10001', 'X-Client-Role': 'Universal', Authorization: `Bearer ${RIGHT}` };
      const live = new WebSocket(at('right'), { headers });
      await new Promise((resolve, reject) => live.once('open', resolve).once('error', reject));
      const asked = { url: at('right'), args: ACTIVE } as const;
      await checkRow({ ...asked, fault: 'duplicate', token: RIGHT, codes: ['remote.self_id_duplicate'], confidence: 'certain' });
      // Whoever brings a wrong token is turned away for the id first, and for the token with any other id.
      await checkRow({ ...asked, fault: 'duplicate and wrong token', token: WRONG, codes: ['remote.token_mismatch'] });
      live.close();
      await new Promise((resolve) => live.once('close', resolve));
    });
  });
}

describe('doctor on a NoneBot whose token or port is not as meant', { timeout: 120_000 }, () => {
  const bots: Record<string, Bot> = {};
  before(async () => {
    const fastapi = { python: 'HUFU_PEERS_PYTHON' };
    const client = { python: 'HUFU_PEERS_NONEBOT_DRIVERS', ready: /Loaded adapters/ };
    const setups: Record<string, Setup> = {
      right: { ...fastapi, env: token(RIGHT) },
      quoted: { ...fastapi, env: token(`'"${RIGHT}"'`) },
      blanks: { ...fastapi, env: token(`" ${RIGHT} "`) },
      none: { ...client, env: `DRIVER=~none\n${token(RIGHT)}` },
      clients: { ...client, env: `DRIVER=~httpx+~websockets\n${token(RIGHT)}` },
    };
    await Promise.all(
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
