import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type ChannelState, GROUP, PERSON, type User } from '../model.ts';

export interface SpeakRules {
  /** Person channels need the receiver's allow list (WuKongIM `whitelistOffOfPerson: false`). */
  readonly friendsOnly: boolean;
}

/** May `sender` speak in this channel now? The order is WuKongIM's (permission order of its SEND), so the same cause is named first. */
export function maySpeak(state: ChannelState, sender: User, nowMs: number, rules: SpeakRules): Outcome<void> {
  const { channel } = state;
  if (sender.sendBan) return refuse('im.send_banned');
  if (channel.ban) return refuse('im.channel_banned');
  if (channel.disband) return refuse('im.disbanded');
  if (sender.kind === 'system') return ok();
  return channel.type === PERSON ? maySpeakToPerson(state, sender, rules) : maySpeakInGroup(state, sender, nowMs);
}

/** Nothing connects the account with this group: neither membership nor a place on its deny list. */
export function isStranger({ channel, members, deny }: ChannelState, { u, kind }: Pick<User, 'u' | 'kind'>): boolean {
  return channel.type === GROUP && kind !== 'system' && !members.has(u) && !deny.has(u);
}

function maySpeakToPerson(state: ChannelState, sender: User, rules: SpeakRules): Outcome<void> {
  for (const user of state.members.keys()) {
    if (user === sender.u) continue;
    if (state.deny.has(user)) return refuse('im.blacklisted');
    if (rules.friendsOnly && !state.allow.has(user)) return refuse('im.not_whitelisted');
  }
  return ok();
}

function maySpeakInGroup(state: ChannelState, sender: User, nowMs: number): Outcome<void> {
  if (state.deny.has(sender.u)) return refuse('im.blacklisted');
  const member = state.members.get(sender.u);
  if (member === undefined) return refuse('im.not_member');
  if (state.allow.size > 0 && !state.allow.has(sender.u)) return refuse('im.not_whitelisted');
  if (member.mutedUntilMs > nowMs) return refuse('im.muted', { untilMs: member.mutedUntilMs });
  return ok();
}
