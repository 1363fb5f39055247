import type { Channel, User } from '../model.ts';

/** What people and bots see of an account or a group that nobody has given a name. */
export function shownName(one: Pick<User, 'name' | 'uid'>): string {
  return one.name === '' ? one.uid : one.name;
}

export function shownGroupName(channel: Pick<Channel, 'name' | 'id'>): string {
  return channel.name === '' ? channel.id : channel.name;
}
