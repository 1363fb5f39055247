import { randomUUID } from 'node:crypto';
import { maySpeak } from '../../../domain/channels/may-speak.ts';
import { personChannelId } from '../../../domain/channels/channel-id.ts';
import { sendMessage, type Sent as Stored } from '../../../domain/messages/send-message.ts';
import { type ChannelState, FLAG_RED_DOT, PERSON, type User } from '../../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import { composePayload } from '../messages/compose.ts';
import { type ActionContext, currentBot } from './action.ts';
import { findGroup, findKnownGroup } from './find-group.ts';

export interface Sent {
  readonly message_id: number;
  /** What was left out of the message and why; absent when nothing was. */
  readonly warnings?: readonly string[];
}

interface Content {
  readonly message: unknown;
  readonly auto_escape?: boolean;
}

/** Where a message goes: the channel, and its id as the sender names it. */
interface Target {
  readonly state: ChannelState;
  readonly channelId: string;
}

/** Answered after the commit; `message_id` is the stored message's id, the same for everybody. */
export function sendToGroup(context: ActionContext, groupId: number, content: Content): Promise<Outcome<Sent>> {
  return send(context, content, async () => {
    const group = await findKnownGroup(context, groupId);
    return group.ok ? ok({ state: group.value, channelId: group.value.channel.id }) : group;
  });
}

export interface PersonTarget {
  readonly userId: number;
  /** The shared group of a temporary session. */
  readonly viaGroupId?: number | undefined;
}

/** To a friend, to somebody who has written to the bot, or to somebody who shares a group with it. */
export function sendToPerson(context: ActionContext, target: PersonTarget, content: Content): Promise<Outcome<Sent>> {
  const { userId, viaGroupId } = target;
  return send(context, content, async () => {
    const { deps } = context;
    const user = await deps.directory.userByNumber(userId);
    if (user === null) return refuse('im.user_missing', { userId });
    const bot = currentBot(context);
    const id = personChannelId(bot.uid, user.uid);
    const state = deps.channels.peek(PERSON, id) ?? (await deps.channels.load(PERSON, id));
    if (state === null) return refuse('im.user_missing', { userId });
    const allowed = await mayAddress(context, { bot, user, state, viaGroupId });
    return allowed.ok ? ok({ state, channelId: user.uid }) : allowed;
  });
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

async function send(
  context: ActionContext,
  content: Content,
  findTarget: () => Promise<Outcome<Target>>,
): Promise<Outcome<Sent>> {
  // Until the message is in the queue of the log no later call may pass; waiting for the disk is done side by side.
  const end = await context.sending.take();
  let begun: Outcome<Begun>;
  try {
    const target = await findTarget();
    begun = target.ok ? await begin(context, target.value, content) : target;
  } finally {
    end();
  }
  if (!begun.ok) return begun;
  const stored = await begun.value.stored;
  context.status.good = stored.ok || !stored.refusal.code.startsWith('srv.');
  if (!stored.ok) return stored;
  context.status.messagesSent += 1;
  context.status.loops.spoke(begun.value.ch);
  const { warnings } = begun.value;
  return ok({ message_id: stored.value.messageId, ...(warnings.length > 0 ? { warnings } : {}) });
}

interface Begun {
  readonly ch: number;
  readonly stored: Promise<Outcome<Stored>>;
  readonly warnings: readonly string[];
}

async function begin(context: ActionContext, { state, channelId }: Target, content: Content): Promise<Outcome<Begun>> {
  const { deps, connectionId } = context;
  const bot = currentBot(context);
  // Asked before the content is looked at: who may not speak leaves no files here.
  const speaks = maySpeak(state, bot, deps.send.now(), deps.send.rules);
  if (!speaks.ok) return speaks;
  const composed = await composePayload(deps, {
    message: content.message,
    autoEscape: content.auto_escape ?? false,
    state,
    bot,
  });
  if (!composed.ok) return composed;
  const stored = sendMessage(deps.send, {
    sender: bot,
    channelId,
    channelType: state.channel.type,
    clientMsgNo: randomUUID(),
    flags: FLAG_RED_DOT,
    expireSeconds: 0,
    topic: '',
    payload: composed.value.payload,
    origin: connectionId,
  });
  return ok({ ch: state.channel.ch, stored, warnings: composed.value.warnings });
}
