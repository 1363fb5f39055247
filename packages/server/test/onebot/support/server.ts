import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RunningServer, startServer } from '../../../src/app/lifecycle.ts';
import { readBots } from '../../../src/config/bots.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { Peer } from './world.ts';

const ADMIN = 'admin-secret-of-the-test';
const FREE_PORT = '127.0.0.1:0';

export interface RealServer {
  readonly core: RunningServer['core'];
  readonly http: string;
  readonly onebotHttp: string;
  readonly onebotWs: string;
  readonly dataDir: string;
  readonly logged: readonly { readonly fields: Record<string, unknown>; readonly text: string }[];
  /** A call of a back end with the admin secret. */
  post(path: string, body: unknown): Promise<Record<string, unknown>>;
  /** Says something as a person; answers the message id. */
  say(from: string, to: string | { readonly group: string }, payload: object): Promise<number>;
  connect(token: string): Promise<Peer>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** As in hufu.yaml. */
  readonly bots?: unknown;
  readonly settings?: Partial<Config>;
  /** An earlier server's folder. */
  readonly dataDir?: string;
}

/** Bot A with one forward client of token T1, which never replays. */
export const BOT_A = [{ uid: '20001', name: 'Bot A', clients: [{ name: 'raw', kind: 'forward', token: 'T1', heartbeatMs: 0 }] }];

/** The whole server in this process, on free ports and a folder of its own; ends with the test. */
export async function realServer(t: TestContext, options: ServerOptions = {}): Promise<RealServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hufu-onebot-'));
  const config: Config = {
    ...loadConfig({ file: null, env: {}, flags: {} }),
    'listen.http': FREE_PORT,
    'listen.tcp': FREE_PORT,
    'listen.ws': FREE_PORT,
    'listen.onebotHttp': FREE_PORT,
    'listen.onebotWs': FREE_PORT,
    'store.cacheMegabytes': 4,
    dataDir,
    adminSecret: ADMIN,
    bots: readBots(options.bots ?? BOT_A, () => 'test', {}).bots,
    ...options.settings,
  };
  const logged: { fields: Record<string, unknown>; text: string }[] = [];
  const keep = (fields: Record<string, unknown>, text: string) => void logged.push({ fields, text });
  const log = { info: keep, warn: keep, error: keep };
  const started = await startServer({ config, version: '0.1.0', log });
  if (!started.ok) throw new Error(started.refusal.code);
  const { places, core, stop } = started.server;
  let stopped: Promise<void> | null = null;
  const end = () => (stopped ??= stop());
  t.after(async () => {
    await end();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const http = places.http ?? '';
  const onebotWs = places.onebotWs ?? '';
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const headers = { token: ADMIN, 'Content-Type': 'application/json' };
    const answer = await fetch(`${http}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const json: unknown = await answer.json();
    assert.equal(answer.status, 200, `${path}: ${JSON.stringify(json)}`);
    return typeof json === 'object' && json !== null ? { ...json } : {};
  };
  return {
    core,
    http,
    onebotHttp: places.onebotHttp ?? '',
    onebotWs,
    dataDir,
    logged,
    post,
    async say(from, to, payload) {
      const channel = typeof to === 'string' ? { channel_id: to, channel_type: 1 } : { channel_id: to.group, channel_type: 2 };
      const body = { from_uid: from, ...channel, payload: Buffer.from(JSON.stringify(payload)).toString('base64') };
      const { data } = await post('/message/send', body);
      assert.ok(typeof data === 'object' && data !== null && 'message_id' in data && 'reason' in data, JSON.stringify(data));
      assert.equal(data.reason, 1, JSON.stringify(data));
      return Number(data.message_id);
    },
    connect: (token) => Peer.open(onebotWs, { Authorization: `Bearer ${token}` }),
    stop: end,
  };
}

/** Ann (10001) owns group ops (30001) with Bot A, and the two are friends. */
export async function furnish({ post }: RealServer): Promise<void> {
  await post('/user/token', { uid: '10001', token: 'x', device_flag: 1, device_level: 1, name: 'Ann' });
  await post('/channel', {
    channel_id: '30001',
    channel_type: 2,
    name: 'ops',
    owner: '10001',
    subscribers: ['10001', '20001'],
  });
  await post('/channel/whitelist_add', { channel_id: '10001', channel_type: 1, uids: ['20001'] });
  await post('/channel/whitelist_add', { channel_id: '20001', channel_type: 1, uids: ['10001'] });
}
