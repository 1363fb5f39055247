import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { diagnoseDial } from '../../packages/server/src/app/diagnose-dial.ts';
import { type Certificates, makeCertificates } from '../lib/certificates.ts';
import { askDoctor } from '../lib/doctor.ts';
import { checkRow, type DoctorRow } from '../lib/doctor-row.ts';
import { aiocqhttpWith, KOISHI_REVERSE, koishiWith } from '../lib/framework-setup.ts';
import { listenTcp } from '../lib/listeners.ts';
import { type Nginx, PASS_UPGRADE, passTo, startNginx } from '../lib/nginx.ts';
import { freePort } from '../lib/free-port.ts';
import { type Bot, startBot } from '../lib/nonebot-setup.ts';
import { stopPrograms } from '../lib/program.ts';
import { startAll } from '../lib/start-all.ts';

const RIGHT = 'Rk7vQ2mZx9Lp';
const WRONG = 'Wq4hT8nBc1Yd';
const ACTIVE = ['--active', '--self-id', '10001'];
const NO_AUTH = 'proxy_set_header Authorization "";';
const NO_ID = 'proxy_set_header X-Self-ID "";';
const NO_ROLE = 'proxy_set_header X-Client-Role "";';

describe('doctor with a real nginx in between', { timeout: 300_000 }, () => {
  let nonebot: Bot;
  let nginx: Nginx;
  let certificates: Certificates;
  let hole: Awaited<ReturnType<typeof listenTcp>>;
  before(async () => {
    certificates = makeCertificates();
    hole = await listenTcp(() => undefined);
    const closed = await freePort();
    const started = await startAll([
      startBot({ python: 'HUFU_PEERS_PYTHON', env: `ONEBOT_ACCESS_TOKEN=${RIGHT}` }),
      aiocqhttpWith(`access_token='${RIGHT}'`),
      koishiWith(KOISHI_REVERSE),
    ]);
    nonebot = started[0];
    const [aiocqhttp, koishi] = started.slice(1).map((url) => Number(new URL(String(url)).port));
    const bot = nonebot.port;
    const { lines } = certificates;
    nginx = await startNginx({
      pass: () => passTo(bot),
      noUpgrade: () => passTo(bot, ''),
      noAuth: () => passTo(bot, PASS_UPGRADE + NO_AUTH),
      noId: () => passTo(bot, PASS_UPGRADE + NO_ID),
      moved: (ports) => `return 301 https://127.0.0.1:${ports['good']}$request_uri;`,
      otherSite: () =>
        'root html-that-is-not-there; server_name other.example; location = / { default_type text/html; return 200 "<html><title>Welcome to nginx!</title></html>"; }',
      unanswered: () => passTo(closed),
      slow: () => passTo(hole.port, `${PASS_UPGRADE} proxy_read_timeout 1s;`),
      denied: () => `location = /onebot/v11/ws { deny all; }\n${passTo(bot)}`,
      deniedAll: () => 'deny all;',
      asksPassword: () => `location = /onebot/v11/ws { auth_basic "staff only"; auth_basic_user_file nobody; }\n${passTo(bot)}`,
      good: () => `${lines.good}\n${passTo(bot)}`,
      expired: () => `${lines.expired}\n${passTo(bot)}`,
      selfSigned: () => `${lines.selfSigned}\n${passTo(bot)}`,
      otherName: () => `${lines.other}\n${passTo(bot)}`,
      aiocqhttp: () => passTo(aiocqhttp),
      aiocqhttpNoUpgrade: () => passTo(aiocqhttp, ''),
      aiocqhttpNoAuth: () => passTo(aiocqhttp, PASS_UPGRADE + NO_AUTH),
      aiocqhttpNoRole: () => passTo(aiocqhttp, PASS_UPGRADE + NO_ROLE),
      aiocqhttpNoId: () => passTo(aiocqhttp, PASS_UPGRADE + NO_ID),
      koishiNoUpgrade: () => passTo(koishi, ''),
      koishiNoRole: () => passTo(koishi, PASS_UPGRADE + NO_ROLE),
    });
  });
  after(async () => {
    await stopPrograms();
    await hole.close();
  });

  const at = (site: string, path = '/onebot/v11/ws') => `ws://127.0.0.1:${nginx.ports[site]}${path}`;
  const secure = (site: string) => at(site).replace('ws:', 'wss:');
  const direct = () => ['--direct', `ws://127.0.0.1:${nonebot.port}/onebot/v11/ws`];
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificates.authority });

  const rows: readonly (() => DoctorRow)[] = [
    () => ({ fault: 'healthy', url: at('pass'), token: RIGHT, args: ACTIVE, codes: [] }),
    () => ({
      fault: 'it drops Upgrade',
      url: at('noUpgrade'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.upgrade_lost'],
      confidence: 'likely',
      says: [/proxy_set_header Upgrade \$http_upgrade;/],
      open: [/no WebSocket library instead/, /token has not been checked yet/],
    }),
    () => ({
      fault: 'it drops Upgrade, seen from both sides',
      url: at('noUpgrade'),
      token: RIGHT,
      args: [...ACTIVE, ...direct()],
      codes: ['remote.upgrade_lost'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it drops Upgrade and the token is wrong: only the first can be told',
      url: at('noUpgrade'),
      token: WRONG,
      args: ACTIVE,
      codes: ['remote.upgrade_lost'],
      open: [/token has not been checked yet/],
    }),
    () => ({
      fault: 'it drops Authorization: not to be told from a wrong token',
      url: at('noAuth'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.token_mismatch', 'remote.auth_stripped'],
      confidence: 'possible',
      exit: 2,
      open: [/--direct/],
    }),
    () => ({
      fault: 'it drops Authorization, seen from both sides',
      url: at('noAuth'),
      token: RIGHT,
      args: [...ACTIVE, ...direct()],
      codes: ['remote.auth_stripped'],
      confidence: 'certain',
      says: [/proxy_set_header Authorization \$http_authorization;/],
    }),
    () => ({
      fault: 'a wrong token behind a proxy that is right, seen from both sides',
      url: at('pass'),
      token: WRONG,
      args: [...ACTIVE, ...direct()],
      codes: ['remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it drops Authorization, and the project holds the same token',
      url: at('noAuth'),
      token: RIGHT,
      args: [...ACTIVE, '--project', nonebot.program.folder],
      codes: ['remote.auth_stripped'],
      confidence: 'likely',
    }),
    () => ({
      fault: 'a wrong token, and the project holds another',
      url: at('pass'),
      token: WRONG,
      args: [...ACTIVE, '--project', nonebot.program.folder],
      codes: ['remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it drops X-Self-ID',
      url: at('noId'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.self_id_missing'],
      confidence: 'certain',
      says: [/proxy_set_header X-Self-ID/],
    }),
    () => ({
      fault: 'it drops X-Self-ID and the token is wrong',
      url: at('noId'),
      token: WRONG,
      args: ACTIVE,
      codes: ['remote.self_id_missing'],
      open: [/token has not been checked yet/],
    }),
    () => ({
      fault: 'it drops X-Self-ID and the path is wrong',
      url: at('noId', '/onebot/v11'),
      codes: ['remote.path_wrong', 'remote.self_id_missing'],
    }),
    () => ({
      fault: 'it redirects http to https',
      url: at('moved'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.redirect'],
      confidence: 'certain',
      says: [new RegExp(`"change": "wss://127\\.0\\.0\\.1:${nginx.ports['good']}/onebot/v11/ws"`)],
    }),
    () => ({
      fault: 'it serves another host',
      url: at('otherSite'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.other_host'],
      confidence: 'likely',
      says: [/server_name/],
    }),
    () => ({
      fault: 'it serves another host, seen from both sides',
      url: at('otherSite'),
      token: RIGHT,
      args: [...ACTIVE, ...direct()],
      codes: ['remote.other_host'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'nothing runs behind it (502)',
      url: at('unanswered'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.bad_gateway'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'what runs behind it never answers (504)',
      url: at('slow'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.bad_gateway'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it refuses the path by itself',
      url: at('denied'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.front_block'],
    }),
    () => ({
      fault: 'it refuses the path by itself, asked without acting',
      url: at('denied'),
      codes: ['remote.front_block'],
      confidence: 'likely',
    }),
    () => ({ fault: 'it refuses everything', url: at('deniedAll'), codes: ['remote.front_block'], confidence: 'likely' }),
    () => ({
      fault: 'it refuses everything before an HTTP API: its page is no list of the API',
      url: at('deniedAll', '/v1/messages').replace('ws:', 'http:'),
      token: RIGHT,
      args: ['--kind', 'http-api'],
      codes: ['remote.front_block'],
      confidence: 'likely',
    }),
    () => ({
      fault: 'it refuses everything, seen from both sides',
      url: at('deniedAll'),
      args: direct(),
      codes: ['remote.front_block'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it asks for a password',
      url: at('asksPassword'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.front_block'],
    }),
    () => ({ fault: 'healthy over TLS', url: secure('good'), token: RIGHT, args: ACTIVE, env: trusting(), codes: [] }),
    () => ({
      fault: 'ws to a TLS port',
      url: at('good'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.tls_mismatch'],
      confidence: 'certain',
      says: [new RegExp(`"change": "wss://127\\.0\\.0\\.1:${nginx.ports['good']}/onebot/v11/ws"`)],
    }),
    () => ({ fault: 'wss to a plain port of nginx', url: secure('pass'), codes: ['remote.tls_mismatch'], confidence: 'certain' }),
    () => ({
      fault: 'wss to a NoneBot without TLS',
      url: `wss://127.0.0.1:${nonebot.port}/onebot/v11/ws`,
      codes: ['remote.tls_mismatch'],
      confidence: 'certain',
      says: [/"change": "ws:/],
    }),
    () => ({
      fault: 'an expired certificate: the token stays here',
      url: secure('expired'),
      token: RIGHT,
      args: ACTIVE,
      env: trusting(),
      codes: ['remote.tls_cert'],
      says: [/the certificate has expired \(/],
      open: [/sent to a server whose certificate is not trusted/],
    }),
    () => ({
      fault: 'an expired certificate and a wrong token, sent with consent',
      url: secure('expired'),
      token: WRONG,
      args: [...ACTIVE, '--insecure', ...direct()],
      env: trusting(),
      codes: ['remote.tls_cert', 'remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'a self-signed certificate',
      url: secure('selfSigned'),
      args: ACTIVE,
      env: trusting(),
      codes: ['remote.tls_cert', 'remote.token_required'],
      says: [/self-signed/],
    }),
    () => ({
      fault: 'a certificate for another name',
      url: secure('otherName'),
      env: trusting(),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.tls_cert'],
      says: [/is for another name/, /other\.example/],
    }),
    () => ({ fault: 'healthy aiocqhttp', url: at('aiocqhttp', '/ws'), token: RIGHT, args: ACTIVE, codes: [] }),
    () => ({
      fault: 'it drops Upgrade before aiocqhttp',
      url: at('aiocqhttpNoUpgrade', '/ws'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.upgrade_lost'],
    }),
    () => ({
      fault: 'it drops Authorization before aiocqhttp, which says so',
      url: at('aiocqhttpNoAuth', '/ws'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.auth_stripped'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'a wrong token at aiocqhttp behind it',
      url: at('aiocqhttp', '/ws'),
      token: WRONG,
      args: ACTIVE,
      codes: ['remote.token_mismatch'],
      confidence: 'certain',
    }),
    () => ({
      fault: 'it drops X-Client-Role before aiocqhttp',
      url: at('aiocqhttpNoRole', '/ws'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.role_header'],
      says: [/did not arrive/],
    }),
    () => ({
      fault: 'it drops X-Self-ID before aiocqhttp',
      url: at('aiocqhttpNoId', '/ws'),
      token: RIGHT,
      args: ACTIVE,
      codes: ['remote.self_id_missing'],
    }),
    () => ({
      fault: 'it drops Upgrade before Koishi',
      url: at('koishiNoUpgrade', '/onebot'),
      args: ACTIVE,
      codes: ['remote.upgrade_lost'],
    }),
    () => ({
      fault: 'it drops X-Client-Role before Koishi',
      url: at('koishiNoRole', '/onebot'),
      args: ACTIVE,
      codes: ['remote.role_header'],
      says: [/did not arrive/],
    }),
  ];
  test('each fault of its own, and pairs', async (t) => {
    for (const make of rows) {
      const row = make();
      await t.test(row.fault, async () => {
        await checkRow(row);
      });
    }
  });

  test('our own server, refused by nginx at its own dial, is told that nginx refused', async () => {
    const verdict = async (site: string, observed: { status: number; server?: string; bodyBytes?: number }) =>
      diagnoseDial({
        url: at(site),
        token: RIGHT,
        selfId: 10001,
        timeoutMs: 8000,
        observed,
        droppedMsAgo: null,
        addresses: [{ address: '127.0.0.1', family: 4 }],
      });
    assert.equal((await verdict('denied', { status: 403, server: 'nginx', bodyBytes: 153 })).code, 'remote.front_block');
    assert.equal((await verdict('pass', { status: 403, server: 'nginx', bodyBytes: 0 })).code, 'remote.token_mismatch');
  });

  test('hufu doctor says what the doctor that stands alone says', async () => {
    const args = [at('denied'), '--self-id', '10001'];
    const [alone, hufu] = await Promise.all([askDoctor(args), askDoctor(['hufu', ...args])]);
    assert.deepEqual([hufu.codes, hufu.exit], [alone.codes, alone.exit]);
  });
});
