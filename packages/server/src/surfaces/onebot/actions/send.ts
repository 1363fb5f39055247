import { randomUUID } from 'node:crypto';
import { personChannelId } from '../../../domain/channels/person-channel.ts';
import { sendMessage } from '../../../domain/messages/send-message.ts';
import { type ChannelState, FLAG_RED_DOT, PERSON, type User } from '../../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import { composePayload } from '../messages/compose.ts';
import { type ActionContext, currentBot } from './action.ts';
import { findAnyGroup, findGroup } from './find-group.ts';

export interface Sent {
  readonly message_id: number;
}

interface Content {
  readonly message: unknown;
  readonly auto_escape?: boolean;
}

/** Answered after the commit; `message_id` is the stored message's id, the same for everybody. */
export async function sendToGroup(context: ActionContext, groupId: number, content: Content): Promise<Outcome<Sent>> {
  const group = await findAnyGroup(context, groupId);
  return group.ok ? send(context, group.value, group.value.channel.id, content) : group;
}

/** To a friend, to somebody who has written to the bot, or to somebody who shares a group with it. */
export async function sendToPerson(
  context: ActionContext,
  userId: number,
  viaGroupId: number | undefined,
  content: Content,
): Promise<Outcome<Sent>> {
  const { deps } = context;
  const user = await deps.directory.userByNumber(userId);
  if (user === null) return refuse('im.user_missing', { userId });
  const bot = currentBot(context);
  const id = personChannelId(bot.uid, user.uid);
  const state = deps.channels.peek(PERSON, id) ?? (await deps.channels.load(PERSON, id));
  if (state === null) return refuse('im.user_missing', { userId });
  const allowed = await mayAddress(context, { bot, user, state, viaGroupId });
  return allowed.ok ? send(context, state, user.uid, content) : allowed;
}

interface Address {
  readonly bot: User;
  readonly user: User;
  readonly state: ChannelState;
  readonly viaGroupId: number | undefined;
}

async function mayAddress(context: ActionContext, { bot, user, state, viaGroupId }: Address): Promise<Outcome<void>> {
  if (state.allow.has(bot.u) || state.allow.has(user.u)) return ok();
  if ((await context.deps.log.lastSeq(state.channel.ch)) > 0) return ok();
  if (viaGroupId !== undefined) {
    const group = await findGroup(context, viaGroupId);
    return group.ok && group.value.members.has(user.u) ? ok() : refuse('im.not_friend', { user: user.uid, viaGroupId });
  }
  const theirs = new Set((await context.deps.directory.groupsOf(user.u)).map((group) => group.ch));
  const shared = (await context.deps.directory.groupsOf(bot.u)).some((group) => theirs.has(group.ch));
  return shared ? ok() : refuse('im.not_friend', { user: user.uid });
}

async function send(context: ActionContext, state: ChannelState, channelId: string, content: Content): Promise<Outcome<Sent>> {
  const { deps, status, connectionId } = context;
  const payload = await composePayload(deps, {
    message: content.message,
    autoEscape: content.auto_escape ?? false,
    ch: state.channel.ch,
  });
  if (!payload.ok) return payload;
  const sent = await sendMessage(deps.send, {
    sender: currentBot(context),
    channelId,
    channelType: state.channel.type,
    clientMsgNo: randomUUID(),
    flags: FLAG_RED_DOT,
    expireSeconds: 0,
    topic: '',
    payload: payload.value,
    origin: connectionId,
  });
  if (!sent.ok) return sent;
  status.messagesSent += 1;
  return ok({ message_id: sent.value.messageId });
}
