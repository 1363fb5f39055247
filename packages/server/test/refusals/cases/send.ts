import assert from 'node:assert/strict';
import type { RefusalCode } from '@hufu/refusals';
import { failedAction, rpcError, wukongRefusal } from '../support/answers.ts';
import type { Case, Told } from '../support/case.ts';
import { openRpc } from '../support/rpc.ts';
import { freshAddress } from '../support/server.ts';
import { openSession, openTap, refusedSendack, type SendFields } from '../support/wk.ts';
import { GROUPS, type World } from '../support/world.ts';

interface Refused {
  readonly code: RefusalCode;
  readonly how: string;
  readonly message: SendFields;
  /** alice, if nobody else is named. */
  readonly uid?: string;
  /** Reason in SENDACK and JSON-RPC. */
  readonly reason: number;
  /** Where the JS SDK does not know the reason. */
  readonly webReason?: number;
  readonly evidence?: readonly string[];
  /** retcode of the same mistake as an OneBot action; absent where a bot cannot make it. */
  readonly retcode?: number;
  /** Not over HTTP: WuKongIM's own words for that mistake come first. */
  readonly wiresOnly?: true;
  /** Cannot be written in JSON-RPC. */
  readonly binaryOnly?: true;
}

const LONG = JSON.stringify({ type: 1, content: 'x'.repeat(33_000) });

// biome-ignore format: one mistake a line, to be read as a table
const SENDS: readonly Refused[] = [
  { code: 'im.not_member', how: 'a group of others', message: { channelId: GROUPS.strangers }, reason: 3, retcode: 1200 },
  { code: 'im.blacklisted', how: 'a group that denies', message: { channelId: GROUPS.denied }, reason: 4, retcode: 1200 },
  { code: 'im.not_whitelisted', how: 'a group where only others speak', message: { channelId: GROUPS.others }, reason: 13, retcode: 1200 },
  { code: 'im.channel_missing', how: 'a group that does not exist', message: { channelId: GROUPS.missing }, reason: 3, retcode: 1200 },
  { code: 'im.disbanded', how: 'a dissolved group', message: { channelId: GROUPS.gone }, reason: 24, webReason: 5, retcode: 1200 },
  { code: 'im.muted', how: 'a group where the sender is muted', message: { channelId: GROUPS.muted }, reason: 11, evidence: ['untilMs'], retcode: 1200 },
  { code: 'im.channel_banned', how: 'a banned group', message: { channelId: GROUPS.locked }, reason: 19, retcode: 1200 },
  { code: 'im.send_banned', how: 'an account that may not send', uid: 'grace', message: { channelId: GROUPS.team }, reason: 25, webReason: 11 },
  { code: 'im.payload_too_large', how: 'a message of 33 kB', message: { channelId: GROUPS.team, payload: LONG }, reason: 9, evidence: ['bytes', 'limitBytes'], retcode: 1400 },
  { code: 'im.channel_invalid', how: 'a channel id of 200 characters', message: { channelId: 'x'.repeat(200) }, reason: 16, evidence: ['channelId'] },
  { code: 'im.channel_type_unsupported', how: 'channel type 9', message: { channelId: GROUPS.team, channelType: 9 }, reason: 23, evidence: ['channelType'] },
  { code: 'http.bad_body', how: 'a clientMsgNo of 200 characters', message: { channelId: GROUPS.team, clientMsgNo: 'n'.repeat(200) }, reason: 9, evidence: ['field', 'reason'] },
  { code: 'im.payload_empty', how: 'nothing to say', message: { channelId: GROUPS.team, payload: '' }, reason: 9, wiresOnly: true },
  { code: 'im.msg_key', how: 'another message key', message: { channelId: GROUPS.team, msgKey: '0'.repeat(32) }, reason: 8, wiresOnly: true, binaryOnly: true },
];

function wkCase(kind: 'tcp' | 'ws', refused: Refused): Case {
  const reason = kind === 'ws' ? (refused.webReason ?? refused.reason) : refused.reason;
  return {
    ...refused,
    surface: `wkproto ${kind}`,
    async provoke({ server }, from) {
      const uid = refused.uid ?? 'alice';
      const session = await openSession(await openTap(kind, server.at[kind], from), { uid, token: `${uid}-web`, deviceId: from });
      const ack = await session.send(refused.message);
      session.tap.close();
      assert.equal(ack.toString('hex'), refusedSendack(1, reason).toString('hex'));
      return { requestId: null, text: ack.toString('latin1') };
    },
  };
}

async function sessionOf(kind: 'tcp' | 'ws', world: World, who: { uid: string; from: string }) {
  const tap = await openRpc(kind, world.server.at[kind], who.from);
  const hello = await tap.call('connect', { uid: who.uid, token: `${who.uid}-web`, deviceFlag: 1, deviceId: who.from });
  assert.match(hello, /"reasonCode":1/);
  return tap;
}

function rpcCase(kind: 'tcp' | 'ws', refused: Refused): Case {
  return {
    ...refused,
    surface: `jsonrpc ${kind}`,
    async provoke(world, from): Promise<Told> {
      const tap = await sessionOf(kind, world, { uid: refused.uid ?? 'alice', from });
      const { payload = '{}', ...message } = refused.message;
      const answer = await tap.call('send', { channelType: 2, ...message, payload: Buffer.from(payload).toString('base64') });
      tap.close();
      return rpcError(answer, 'call-2', refused);
    },
  };
}

function httpCase(refused: Refused): Case {
  return {
    ...refused,
    surface: 'wukong-http',
    async provoke(world, from): Promise<Told> {
      const { channelId, channelType = 2, clientMsgNo, payload = '{}' } = refused.message;
      const answer = await world.admin(
        '/message/send',
        {
          from_uid: refused.uid ?? 'alice',
          channel_id: channelId,
          channel_type: channelType,
          payload: Buffer.from(payload).toString('base64'),
          ...(clientMsgNo === undefined ? {} : { client_msg_no: clientMsgNo }),
        },
        from,
      );
      // The back end holds the admin secret: it is told the cause, and the number that the sender would get.
      const told = wukongRefusal(answer, refused.code, 400);
      assert.equal((answer.json['data'] as { reason: number }).reason, refused.reason);
      return { ...told, text: told.text.replace(refused.code, '') };
    },
  };
}

function botCase(way: 'forward' | 'reverse', refused: Refused): Case {
  return {
    ...refused,
    surface: `onebot ${way}`,
    ...(way === 'reverse' ? { overRate: true } : {}),
    async provoke(world, from) {
      const { channelId, payload } = refused.message;
      const text = payload === undefined ? 'hi' : (JSON.parse(payload) as { content: string }).content;
      const params = { group_id: Number(channelId), message: text };
      const wire = { code: refused.code, retcode: refused.retcode ?? 0 };
      return failedAction(await world.bot(way, from), { action: 'send_group_msg', params }, wire);
    },
  };
}

const sealedWrongly = (['tcp', 'ws'] as const).map((kind) =>
  wkCase(kind, {
    code: 'im.payload_invalid',
    how: 'a payload that is not encrypted, with the right key over it',
    message: { channelId: GROUPS.team, sealed: 'bm90IGVuY3J5cHRlZA==' },
    reason: 9,
  }),
);

const TAKEN = { channelId: GROUPS.team, clientMsgNo: 'taken' } as const;

/** The number of a message that was sent before with another content. */
async function takeNumber(world: World): Promise<void> {
  const payload = Buffer.from('{"type":1,"content":"first"}').toString('base64');
  const { channelId, clientMsgNo } = TAKEN;
  const body = { from_uid: 'alice', channel_id: channelId, channel_type: 2, client_msg_no: clientMsgNo, payload };
  const answer = await world.admin('/message/send', body, freshAddress());
  assert.equal(answer.status, 200, answer.text);
}

const conflict: Refused = {
  code: 'im.idempotency_conflict',
  how: 'a message number that stands for another content',
  message: { ...TAKEN, payload: '{"type":1,"content":"second"}' },
  reason: 11,
};
const conflicts = [
  wkCase('tcp', conflict),
  wkCase('ws', conflict),
  rpcCase('tcp', conflict),
  rpcCase('ws', conflict),
  httpCase(conflict),
];

export const sendCases: readonly Case[] = [
  ...SENDS.flatMap((refused) => [
    wkCase('tcp', refused),
    wkCase('ws', refused),
    ...(refused.binaryOnly === true ? [] : [rpcCase('tcp', refused), rpcCase('ws', refused)]),
    ...(refused.wiresOnly === true ? [] : [httpCase(refused)]),
    ...(refused.retcode === undefined ? [] : [botCase('forward', refused), botCase('reverse', refused)]),
  ]),
  ...sealedWrongly,
  ...conflicts.map((one) => ({
    ...one,
    async provoke(world: World, from: string) {
      await takeNumber(world);
      return one.provoke(world, from);
    },
  })),
];
