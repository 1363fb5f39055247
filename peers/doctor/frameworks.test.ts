import { after, before, describe, test } from 'node:test';
import { checkRow, type DoctorRow } from '../lib/doctor-row.ts';
import { aiocqhttpWith, KOISHI_REVERSE, koishiWith } from '../lib/framework-setup.ts';
import { stopPrograms } from '../lib/program.ts';
import { startAll } from '../lib/start-all.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const WRONG = 'Wq4hT8nBc1Yd';
const ACTIVE = ['--active', '--self-id', '10001'];
/** Told beside every verdict on Koishi that a token was given for. */
const UNCHECKED = ['remote.token_unchecked'];

describe('doctor on Koishi', { timeout: 300_000 }, () => {
  let koishi = '';
  let bare = '';
  before(async () => {
    const dialling = "    selfId: '10001'\n    protocol: ws\n    endpoint: ws://127.0.0.1:9/\n";
    [koishi, bare] = await startAll([koishiWith(KOISHI_REVERSE), koishiWith(dialling)]);
  });
  after(stopPrograms);

  const rows: readonly (() => DoctorRow)[] = [
    () => ({ fault: 'healthy', url: `${koishi}/onebot`, args: ACTIVE, codes: [] }),
    () => ({
      fault: 'healthy with a token, which nobody checks',
      url: `${koishi}/onebot`,
      token: RIGHT,
      args: ACTIVE,
      codes: [],
      warnings: UNCHECKED,
    }),
    () => ({
      fault: 'the configured selfId differs',
      url: `${koishi}/onebot`,
      args: ['--active', '--self-id', '10002'],
      codes: ['remote.self_id_unknown'],
      confidence: 'certain',
      says: [/koishi\.yml/, /selfId: \\"10002\\"/],
    }),
    () => ({
      fault: 'the bot id is not said',
      url: `${koishi}/onebot`,
      args: ['--active'],
      codes: ['remote.self_id_unknown'],
      exit: 2,
      open: [/--self-id/],
    }),
    () => ({
      fault: 'nothing tried yet',
      url: `${koishi}/onebot`,
      codes: ['remote.self_id_unknown'],
      exit: 2,
      open: [/--active/],
    }),
    () => ({
      fault: 'a wrong role',
      url: `${koishi}/onebot`,
      args: [...ACTIVE, '--role', 'API'],
      codes: ['remote.role_header'],
      confidence: 'certain',
      says: [/API was sent/],
    }),
    () => ({
      fault: 'a wrong path',
      url: `${koishi}/onebot/v11/ws`,
      args: ACTIVE,
      codes: ['remote.path_wrong'],
      confidence: 'certain',
      says: [/"change": "ws:\/\/127\.0\.0\.1:\d+\/onebot"/],
    }),
    () => ({ fault: 'a wrong path, asked without acting', url: `${koishi}/ws`, codes: ['remote.path_wrong'] }),
    () => ({
      fault: 'a wrong path and a wrong bot id at once',
      url: `${koishi}/ws`,
      args: ['--active', '--self-id', '10002'],
      codes: ['remote.path_wrong', 'remote.self_id_unknown'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'the adapter dials instead of listening',
      url: `${bare}/onebot`,
      args: ACTIVE,
      codes: ['remote.koishi_no_adapter'],
      says: [/protocol: ws-reverse/],
    }),
  ];
  for (const row of rows)
    test(row().fault, async () => {
      await checkRow(row());
    });
});

describe('doctor on aiocqhttp', { timeout: 300_000 }, () => {
  let checked = '';
  let open = '';
  before(async () => {
    [checked, open] = await startAll([aiocqhttpWith(`access_token='${RIGHT}'`), aiocqhttpWith('')]);
  });
  after(stopPrograms);

  const rows: readonly (() => DoctorRow)[] = [
    () => ({ fault: 'healthy', url: `${checked}/ws`, token: RIGHT, args: ACTIVE, codes: [] }),
    () => ({ fault: 'healthy with the last slash', url: `${checked}/ws/`, token: RIGHT, args: ACTIVE, codes: [] }),
    () => ({
      fault: 'no token',
      url: `${checked}/ws`,
      args: ACTIVE,
      codes: ['remote.token_required'],
      confidence: 'certain',
      says: [/CQHttp\(access_token='‹token›'\)/],
    }),
    () => ({
      fault: 'a wrong token',
      url: `${checked}/ws`,
      token: WRONG,
      args: ACTIVE,
      codes: ['remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'a wrong token, as our own client met it',
      url: `${checked}/ws`,
      token: WRONG,
      args: ['--saw', '403'],
      codes: ['remote.token_mismatch'],
    }),
    () => ({
      fault: 'nothing tried yet',
      url: `${checked}/ws`,
      token: RIGHT,
      codes: ['remote.token_mismatch'],
      exit: 2,
      open: [/--active/],
    }),
    () => ({
      fault: 'quotes around the token, with consent to try without',
      url: `${checked}/ws`,
      token: `'${RIGHT}'`,
      args: [...ACTIVE, '--try-variants'],
      codes: ['remote.token_near_miss'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'the token without its scheme',
      url: `${checked}/ws`,
      token: RIGHT,
      args: [...ACTIVE, '--scheme', 'raw'],
      codes: ['remote.auth_scheme'],
    }),
    () => ({
      fault: 'a wrong path',
      url: `${checked}/onebot/v11/ws`,
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.path_wrong'],
      says: [/"change": "ws:\/\/127\.0\.0\.1:\d+\/ws"/],
    }),
    () => ({
      fault: 'a wrong path and a wrong token at once',
      url: `${checked}/bot`,
      token: WRONG,
      args: ACTIVE,
      codes: ['remote.path_wrong', 'remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'no X-Client-Role',
      url: `${checked}/ws`,
      token: RIGHT,
      args: [...ACTIVE, '--role', 'none'],
      codes: ['remote.role_header'],
      confidence: 'certain',
      says: [/no X-Client-Role was sent/],
    }),
    () => ({
      fault: 'no token is set there',
      url: `${open}/ws`,
      token: RIGHT,
      args: ACTIVE,
      codes: [],
      warnings: ['remote.token_unset'],
    }),
    () => ({
      fault: 'no token is set there, asked without acting',
      url: `${open}/ws`,
      codes: [],
      warnings: ['remote.token_unset'],
      exit: 0,
    }),
  ];
  for (const row of rows)
    test(row().fault, async () => {
      await checkRow(row());
    });
});
