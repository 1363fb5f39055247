import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { checkRow, type DoctorRow } from '../lib/doctor-row.ts';
import { type Bot, type BotSetup, startBot } from '../lib/nonebot-setup.ts';
import { stopPrograms } from '../lib/program.ts';
import { startAll } from '../lib/start-all.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const WRONG = 'Wq4hT8nBc1Yd';
const ACTIVE = ['--active', '--self-id', '10001'];

const token = (value: string) => `ONEBOT_ACCESS_TOKEN=${value}`;
const drivers = { FastAPI: ['HUFU_PEERS_PYTHON', '~fastapi'], Quart: ['HUFU_PEERS_NONEBOT_DRIVERS', '~quart'] } as const;

for (const [driver, [python, module]] of Object.entries(drivers)) {
  describe(`doctor on NoneBot with ${driver}`, { timeout: 300_000 }, () => {
    const bots: Record<string, Bot> = {};
    before(async () => {
      const setups: Record<string, Omit<BotSetup, 'python'>> = {
        right: { env: token(RIGHT) },
        bare: { env: token(RIGHT), adapters: [] },
        v12: { env: token(RIGHT), adapters: ['v12'] },
        misnamed: { env: `ONE_BOT_ACCESS_TOKEN = "${RIGHT}"` },
        deaf: { env: token(RIGHT), run: 'ws="none"' },
      };
      await startAll(
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
        confidence: 'certain',
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
    for (const row of rows) {
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
