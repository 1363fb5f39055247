import type { ReplyInfo } from '@hufu/protocol/onebot';
import { shownName } from '../../../domain/users/shown-name.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { OnebotDeps } from '../deps.ts';

const MAX_QUOTED_BYTES = 4096;

/** What people's clients show of the message replied to, which must be one of the same channel. */
export async function repliedTo(
  deps: Pick<OnebotDeps, 'log' | 'users'>,
  messageId: number,
  ch: number,
): Promise<Outcome<ReplyInfo>> {
  const message = await deps.log.byId(messageId);
  if (message === null || message.ch !== ch)
    return refuse('onebot.reply_missing', { messageId, detail: `message_id ${messageId}` });
  const sender = deps.users.peekInt(message.sender) ?? (await deps.users.getInt(message.sender));
  const quoted = quotedPayload(message.payload);
  return ok({
    message_id: String(messageId),
    message_seq: message.seq,
    ...(sender === null ? {} : { from_uid: sender.uid, from_name: shownName(sender) }),
    ...(quoted === null ? {} : { payload: quoted }),
  });
}

/** The quoted content without its own quote, so that quotes do not nest for ever; long ones are left out. */
function quotedPayload(payload: Uint8Array): object | null {
  if (payload.byteLength > MAX_QUOTED_BYTES) return null;
  try {
    const content: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return null;
    return Object.fromEntries(Object.entries(content).filter(([key]) => key !== 'reply'));
  } catch {
    return null;
  }
}
