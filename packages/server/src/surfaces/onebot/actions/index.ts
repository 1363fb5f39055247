import { editDistance } from '../../../kernel/nearest.ts';
import type { Action } from './action.ts';
import { getFriendList } from './get-friend-list.ts';
import { getGroupInfo } from './get-group-info.ts';
import { getGroupList } from './get-group-list.ts';
import { getGroupMemberInfo } from './get-group-member-info.ts';
import { getGroupMemberList } from './get-group-member-list.ts';
import { getLoginInfo } from './get-login-info.ts';
import { getMsg } from './get-msg.ts';
import { getStatus } from './get-status.ts';
import { getVersionInfo } from './get-version-info.ts';
import { handleQuickOperation } from './handle-quick-operation.ts';
import { sendGroupMsg } from './send-group-msg.ts';
import { sendMsg } from './send-msg.ts';
import { sendPrivateMsg } from './send-private-msg.ts';

/** Every action, once. */
export const actions: readonly Action[] = [
  sendMsg,
  sendPrivateMsg,
  sendGroupMsg,
  getMsg,
  getLoginInfo,
  getFriendList,
  getGroupList,
  getGroupInfo,
  getGroupMemberInfo,
  getGroupMemberList,
  getStatus,
  getVersionInfo,
  handleQuickOperation,
];

const byName: ReadonlyMap<string, Action> = new Map(
  actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action] as const)),
);

export function findAction(name: string): Action | undefined {
  return byName.get(name);
}

/** Up to three names that a mistyped one may have meant. */
export function nearestActions(name: string): string[] {
  const wanted = name.slice(0, 64);
  return [...byName.keys()]
    .map((known) => ({ known, distance: editDistance(wanted, known) }))
    .filter(({ known, distance }) => distance <= Math.max(2, Math.floor(known.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ known }) => known);
}
