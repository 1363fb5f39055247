import assert from 'node:assert/strict';
import type { RefusalCode } from '@hufu/refusals';
import { WebSocket } from 'ws';
import { failedAction, idIn, onebotFailure, refusedHandshake } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { dialForward } from '../support/bots.ts';
import { parseAnswer, raw } from '../support/http.ts';
import { ADMIN, eventually } from '../support/server.ts';
import { plantBug } from './http.ts';
import { BOT, BOT_TOKEN, GROUPS, MANY_TOKEN, OFF_TOKEN, REVERSE_TOKEN, type World } from '../support/world.ts';

interface Action {
  readonly code: RefusalCode;
  readonly how: string;
  readonly action: string;
  readonly params: (world: World) => unknown;
  readonly retcode: number;
  readonly evidence?: readonly string[];
  readonly before?: (world: World) => Promise<void>;
}

const say = (message: unknown) => () => ({ group_id: Number(GROUPS.team), message });

// biome-ignore format: one mistake a line, to be read as a table
const ACTIONS: readonly Action[] = [
  { code: 'onebot.action_unknown', how: 'a name that does not exist', action: 'send_group_message', params: () => ({}), retcode: 1404, evidence: ['action', 'detail'] },
  { code: 'scope.missing', how: 'an action that is not among those of the client', action: 'get_version_info', params: () => ({}), retcode: 1403, evidence: ['action'] },
  { code: 'onebot.bad_params', how: 'a group that is no number', action: 'send_group_msg', params: () => ({ group_id: 'x', message: 'hi' }), retcode: 1400, evidence: ['detail'] },
  { code: 'onebot.segment_unsupported', how: 'a segment that cannot be sent', action: 'send_group_msg', params: say([{ type: 'shake', data: {} }]), retcode: 1200, evidence: ['detail'] },
  { code: 'onebot.reply_missing', how: 'a reply to nothing', action: 'send_group_msg', params: say([{ type: 'reply', data: { id: '999999' } }, { type: 'text', data: { text: 'hi' } }]), retcode: 1200, evidence: ['detail'] },
  { code: 'im.payload_empty', how: 'a message without segments', action: 'send_group_msg', params: say([]), retcode: 1400 },
  { code: 'im.user_missing', how: 'a number that nobody has', action: 'send_private_msg', params: () => ({ user_id: 4_000_000_123, message: 'hi' }), retcode: 1200, evidence: ['userId'] },
  { code: 'im.not_friend', how: 'a person who has nothing to do with the bot', action: 'send_private_msg', params: ({ numbers }) => ({ user_id: numbers['zoe'], message: 'hi' }), retcode: 1200, evidence: ['user'] },
  { code: 'im.message_missing', how: 'a message that does not exist', action: 'get_msg', params: () => ({ message_id: 999_999 }), retcode: 1200, evidence: ['messageId'] },
  { code: 'im.not_member', how: 'the members of a group of others', action: 'get_group_member_list', params: () => ({ group_id: Number(GROUPS.strangers) }), retcode: 1200 },
  { code: 'srv.fault', how: 'a bug in an action', action: 'get_friend_list', before: plantBug, params: () => ({}), retcode: 1500, evidence: ['error'] },
  { code: 'media.missing', how: 'an image that is not stored', action: 'send_group_msg', params: say([{ type: 'image', data: { file: 'f'.repeat(32) } }]), retcode: 1200 },
  { code: 'media.unsupported', how: 'an image that is none', action: 'send_group_msg', params: say([{ type: 'image', data: { file: 'base64://aGVsbG8=' } }]), retcode: 1400, evidence: ['mime'] },
];

function actionCase(way: 'forward' | 'reverse', one: Action): Case {
  return {
    ...one,
    surface: `onebot ${way}`,
    ...(way === 'reverse' ? { overRate: true } : {}),
    async provoke(world, from) {
      const bot = await world.bot(way, from);
      await one.before?.(world);
      return failedAction(bot, { action: one.action, params: one.params(world) }, one);
    },
  };
}

/** More calls at a time than have room to wait. */
function flood(way: 'forward' | 'reverse'): Case {
  return {
    code: 'rate.requests',
    how: '4000 calls at the same time',
    surface: `onebot ${way}`,
    evidence: ['detail'],
    ...(way === 'reverse' ? { overRate: true } : {}),
    async provoke(world, from): Promise<Told> {
      const bot = await world.bot(way, from);
      const answers = await Promise.all(Array.from({ length: 4000 }, () => bot.call('get_group_list', {})));
      const [refused] = answers.filter((text) => text.includes('rate.requests'));
      assert.ok(refused !== undefined, answers[0]);
      return onebotFailure(refused, {
        code: 'rate.requests',
        retcode: 1429,
        echo: (JSON.parse(refused) as { echo: unknown }).echo,
      });
    },
  };
}

interface Handshake {
  readonly code: RefusalCode;
  readonly how: string;
  /** Lines of the request beside those of every handshake. */
  readonly lines?: readonly string[];
  readonly path?: string;
  readonly query?: string;
  readonly at?: 'http' | 'onebotWs' | 'onebotHttp';
  readonly status: number;
  readonly retcode: number;
  readonly evidence?: readonly string[];
  readonly toldAs?: RefusalCode;
}

export const bearer = (token: string) => [`Authorization: Bearer ${token}`];

/** Refused before the upgrade, by status. */
// biome-ignore format: one mistake a line, to be read as a table
const HANDSHAKES: readonly Handshake[] = [
  { code: 'cred.missing', how: 'no token', status: 401, retcode: 1401 },
  { code: 'cred.missing', how: 'Bearer with nothing behind it', lines: ['Authorization: Bearer'], status: 401, retcode: 1401 },
  { code: 'cred.malformed', how: 'a scheme that is none', lines: ['Authorization: Digest abc'], status: 401, retcode: 1401, evidence: ['scheme'] },
  { code: 'cred.unknown', how: 'a token that nobody has', lines: bearer('guess'), status: 403, retcode: 1403, evidence: ['presentedFingerprint'] },
  { code: 'cred.near_miss', how: 'the token in quotes', lines: bearer(`"${BOT_TOKEN}"`), status: 403, retcode: 1403, evidence: ['nearMiss', 'bot', 'client'] },
  { code: 'cred.near_miss', how: 'Bearer twice', lines: bearer(`Bearer ${BOT_TOKEN}`), status: 403, retcode: 1403, evidence: ['nearMiss'] },
  { code: 'cred.near_miss', how: 'the token percent-encoded', lines: bearer(BOT_TOKEN.replaceAll('-', '%2D')), status: 403, retcode: 1403, evidence: ['nearMiss'] },
  { code: 'cred.wrong_kind', how: 'the admin secret', lines: bearer(ADMIN), status: 403, retcode: 1403, evidence: ['presentedKind'] },
  { code: 'cred.wrong_kind', how: 'the token of the client that we dial', lines: bearer(REVERSE_TOKEN), status: 403, retcode: 1403, evidence: ['presentedKind', 'client'] },
  { code: 'cred.wrong_kind', how: 'a device token', toldAs: 'cred.rejected', lines: bearer('alice-web'), status: 403, retcode: 1403, evidence: ['presentedKind', 'ownerUid'] },
  { code: 'http.route_unknown', how: 'a mistyped path', path: '/onebot/v11/event', lines: bearer(BOT_TOKEN), status: 404, retcode: 1404, evidence: ['path', 'detail'] },
  { code: 'onebot.bot_unbound', how: 'the token of a client that is switched off', lines: bearer(OFF_TOKEN), status: 403, retcode: 1403, evidence: ['enabled', 'client'] },
];

/** The request as an unmodified client writes it. */
export function handshakeText(one: Pick<Handshake, 'lines' | 'query'>, host: string, path = '/onebot/v11/ws'): string {
  const head = [`GET ${path}${one.query ?? ''} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket'];
  const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
  return `${[...head, ...key, ...(one.lines ?? [])].join('\r\n')}\r\n\r\n`;
}

function handshakeCase(one: Handshake): Case {
  return {
    ...one,
    surface: 'onebot forward',
    evidence: one.evidence ?? [],
    async provoke({ server }, from) {
      const to = server.at[one.at ?? 'http'];
      const answer = parseAnswer(await raw(to, handshakeText(one, to, one.path), from));
      return refusedHandshake(answer, { ...one, code: one.toldAs ?? one.code });
    },
  };
}

/** A token in the query, or an Origin: the client can only read a frame, so it gets one, and the close says the same. */
// biome-ignore format: one mistake a line, to be read as a table
const FRAMES: readonly Handshake[] = [
  { code: 'cred.unknown', how: 'a wrong token in the query', query: '?access_token=guess', at: 'onebotWs', status: 1008, retcode: 1403 },
  { code: 'cred.ambiguous', how: 'two tokens', query: '?access_token=one', lines: bearer('two'), status: 1008, retcode: 1401, evidence: ['places'] },
  { code: 'cred.wrong_place', how: 'a right token in the query of the public port', query: `?access_token=${BOT_TOKEN}`, status: 1008, retcode: 1401, evidence: ['place'] },
  { code: 'cred.missing', how: 'a page without a token', lines: ['Origin: http://page.example'], status: 1008, retcode: 1401, evidence: ['origin'] },
];

function frameCase(one: Handshake): Case {
  return {
    ...one,
    surface: 'onebot forward',
    evidence: one.evidence ?? [],
    async provoke({ server }, from): Promise<Told> {
      const headers = Object.fromEntries((one.lines ?? []).map((line) => line.split(': ')));
      const socket = new WebSocket(`ws://${server.at[one.at ?? 'http']}/onebot/v11/ws${one.query ?? ''}`, {
        localAddress: from,
        headers,
      });
      const texts: string[] = [];
      socket.on('message', (data: Buffer) => texts.push(data.toString('utf8')));
      const closed = await new Promise<string>((resolve) => {
        socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
      });
      assert.equal(texts.length, 1);
      const told = onebotFailure(texts[0] ?? '', { ...one, echo: null });
      assert.equal(closed, `1008 ${String((JSON.parse(texts[0] ?? '') as { reason: string }).reason)}; req=${told.requestId}`);
      return { requestId: told.requestId, text: `${texts.join(' ')} ${closed}` };
    },
  };
}

const full: Case = {
  code: 'limit.connections',
  how: 'the 17th connection of one client',
  surface: 'onebot forward',
  evidence: ['limit'],
  async provoke({ server }, from): Promise<Told> {
    const to = server.at.onebotWs;
    const open = await Promise.all(Array.from({ length: 16 }, () => dialForward(to, MANY_TOKEN, from)));
    const answer = parseAnswer(await raw(to, handshakeText({ lines: bearer(MANY_TOKEN) }, to), from));
    for (const tap of open) tap.close();
    assert.equal(answer.headers['retry-after'], '10');
    return refusedHandshake(answer, { code: 'limit.connections', status: 503, retcode: 1429 });
  },
};

/** Nothing of a frame that is too long is read, so it has no answer but the close code. */
const tooLong: Case = {
  code: 'http.body_too_large',
  how: 'a frame longer than 4 MiB',
  surface: 'onebot forward',
  evidence: ['limitBytes'],
  async provoke({ server }, from): Promise<Told> {
    const bot = await dialForward(server.at.onebotWs, BOT_TOKEN, from);
    bot.write(JSON.stringify({ action: 'get_status', params: { x: 'x'.repeat(4 * 1024 * 1024) } }));
    const { code, reason } = await bot.closed;
    assert.equal(code, 1009);
    return { requestId: null, text: reason };
  },
};

/** A bot that is banned while it is connected is sent away. */
function banned(way: 'forward' | 'reverse'): Case {
  return {
    code: 'onebot.bot_unbound',
    how: 'a bot that is banned while it is connected',
    surface: `onebot ${way}`,
    ...(way === 'reverse' ? { overRate: true } : {}),
    async provoke(world, from): Promise<Told> {
      const bot = await world.bot(way, from);
      await ban(world, true);
      const closed = await bot.closed;
      await ban(world, false);
      assert.equal(closed.code, 1008);
      const requestId = idIn(closed.reason);
      assert.equal(closed.reason, `onebot.bot_unbound; req=${requestId}`);
      return { requestId, text: closed.reason };
    },
  };
}

/** The peer is such a program as this server is, and says hello. */
function wrongEnd(way: 'forward' | 'reverse'): Case {
  return {
    code: 'onebot.wrong_end',
    how: 'an event from the peer',
    surface: `onebot ${way}`,
    evidence: ['frame'],
    ...(way === 'reverse' ? { overRate: true } : {}),
    async provoke(world, from): Promise<Told> {
      const bot = await world.bot(way, from);
      bot.write(
        JSON.stringify({ time: 1, self_id: 1, post_type: 'meta_event', meta_event_type: 'lifecycle', sub_type: 'connect' }),
      );
      const { code, reason } = await bot.closed;
      assert.equal(code, 1008);
      const requestId = idIn(reason);
      assert.equal(reason, `onebot.wrong_end; req=${requestId}`);
      return { requestId, text: reason };
    },
  };
}

async function ban({ server }: World, banned: boolean): Promise<void> {
  const { directory, bus } = server.core;
  const saved = await directory.saveUser(BOT, { banned });
  assert.ok(saved.ok);
  bus.publishChanges(saved.value.changes);
}

interface Dial {
  readonly code: RefusalCode;
  readonly how: string;
  /** Session of the owner; alice may dial private addresses, zoe may not. */
  readonly owner: 'alice' | 'carol';
  readonly url: (world: World) => string;
  readonly evidence: readonly string[];
}

// biome-ignore format: one mistake a line, to be read as a table
const DIALS: readonly Dial[] = [
  { code: 'config.invalid', how: 'this server itself', owner: 'alice', url: ({ server }) => `ws://${server.at.onebotWs}/`, evidence: ['reason', 'host', 'port'] },
  { code: 'net.private_target', how: 'a private address for the bot of somebody without that right', owner: 'carol', url: () => 'ws://127.0.0.1:9/', evidence: ['host', 'address'] },
  { code: 'remote.refused', how: 'a port where nothing listens', owner: 'alice', url: () => 'ws://127.0.0.1:1/', evidence: ['error'] },
];

/** We are the client: nobody is told, the owner sees it beside the client. */
function dialCase(one: Dial): Case {
  return {
    ...one,
    surface: 'onebot reverse',
    toldAs: null,
    async provoke(world): Promise<Told> {
      const owner = one.owner === 'alice' ? world.sessions.alice : await world.sessionOf(one.owner);
      const made = await world.api(owner, 'POST', '/api/v1/bots', { name: 'Dialler', framework: 'nonebot', url: one.url(world) });
      assert.equal(made.status, 200, made.text);
      const { id } = made.json['client'] as { id: string };
      const refusal = await eventually('the state of the client', async () => {
        const { bots } = (await world.api(owner, 'GET', '/api/v1/bots')).json as {
          bots: { clients: { id: string; refusal: { code: string; requestId: string } | null }[] }[];
        };
        return bots.flatMap((bot) => bot.clients).find((client) => client.id === id)?.refusal;
      });
      assert.equal(refusal.code, one.code);
      return { requestId: refusal.requestId, text: '' };
    },
  };
}

export const botCases: readonly Case[] = [
  ...ACTIONS.flatMap((one) => [actionCase('forward', one), actionCase('reverse', one)]),
  flood('forward'),
  flood('reverse'),
  ...HANDSHAKES.map(handshakeCase),
  ...FRAMES.map(frameCase),
  full,
  tooLong,
  ...DIALS.map(dialCase),
  banned('forward'),
  banned('reverse'),
  wrongEnd('forward'),
  // Last: the next dial follows after ten seconds.
  wrongEnd('reverse'),
];
