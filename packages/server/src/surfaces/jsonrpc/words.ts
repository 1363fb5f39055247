import { randomUUID } from 'node:crypto';
import { isRecord, payloadBytes } from '@hufu/protocol/jsonrpc';
import type { SendCommand } from '../../domain/messages/send-message.ts';
import { FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, type User } from '../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';

/** `send` in the domain's words. */
export function sendCommandOf(params: Readonly<Record<string, unknown>>, sender: User, origin: string): Outcome<SendCommand> {
  const payload = payloadBytes(params.payload);
  if (payload === null) return refuse('http.bad_body', { field: 'payload', problem: 'neither Base64 nor an object' });
  const { channelId, channelType, clientMsgNo, expire, topic } = params;
  if (typeof channelId !== 'string') return refuse('http.bad_body', { field: 'channelId', problem: 'missing' });
  if (typeof channelType !== 'number') return refuse('http.bad_body', { field: 'channelType', problem: 'missing' });
  return ok({
    sender,
    channelId,
    channelType,
    clientMsgNo: typeof clientMsgNo === 'string' && clientMsgNo !== '' ? clientMsgNo : randomUUID(),
    flags: flagsOf(params.header),
    expireSeconds: typeof expire === 'number' && expire > 0 ? Math.floor(expire) : 0,
    topic: typeof topic === 'string' ? topic : '',
    payload,
    origin,
  });
}

export function headerOf(flags: number): { noPersist?: true; redDot?: true; syncOnce?: true } {
  return {
    ...((flags & FLAG_NO_PERSIST) !== 0 ? { noPersist: true as const } : {}),
    ...((flags & FLAG_RED_DOT) !== 0 ? { redDot: true as const } : {}),
    ...((flags & FLAG_SYNC_ONCE) !== 0 ? { syncOnce: true as const } : {}),
  };
}

function flagsOf(header: unknown): number {
  if (!isRecord(header)) return 0;
  return (header.noPersist === true ? FLAG_NO_PERSIST : 0) | (header.redDot === true ? FLAG_RED_DOT : 0) | (header.syncOnce === true ? FLAG_SYNC_ONCE : 0);
}
