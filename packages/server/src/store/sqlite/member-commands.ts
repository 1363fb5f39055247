import type { Change, Member, Role, Uid } from '../../domain/model.ts';
import type { Committed } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { CommandContext } from './directory-commands.ts';
import { ROLES, toChannel } from './rows.ts';

interface Wanted {
  readonly u: number;
  readonly role: Role;
}

/** Who is in a group and with which role. */
export function memberCommands({ sql, tails }: CommandContext) {
  const channelExists = (ch: number): boolean => sql('SELECT 1 FROM channel WHERE ch=?').get(ch) !== undefined;
  const noChannel = (ch: number) => refuse('im.channel_missing', { ch });

  function addMembers(
    ch: number,
    members: readonly Wanted[],
    options: { reset: boolean; actor: Uid | null },
    nowMs: number,
  ): Outcome<Committed<readonly number[]>> {
    if (!channelExists(ch)) return noChannel(ch);
    const changes: Change[] = [];
    if (options.reset) {
      const keep = new Set(members.map((m) => m.u));
      const others = sql('SELECT user FROM membership WHERE ch=?')
        .all(ch)
        .map((row) => Number(row['user']))
        .filter((u) => !keep.has(u));
      changes.push(...remove(ch, others, options.actor).changes);
    }
    const lastSeq = tails.peek(ch).seq;
    const added: Member[] = [];
    const raised: Member[] = [];
    for (const { u, role } of members) {
      const wanted = ROLES.indexOf(role);
      const row = sql('SELECT role, muted_until_ms, joined_ms FROM membership WHERE ch=? AND user=?').get(ch, u);
      if (row === undefined) {
        sql('INSERT INTO membership(ch, user, role, read_seq, joined_seq, joined_ms) VALUES(?,?,?,?,?,?)').run(
          ch,
          u,
          wanted,
          lastSeq,
          lastSeq,
          nowMs,
        );
        added.push({ u, role, mutedUntilMs: 0, joinedMs: nowMs });
      } else if (options.reset ? wanted !== row['role'] : wanted > Number(row['role'])) {
        // Adding somebody who is there never demotes; only a reset states every role anew.
        sql('UPDATE membership SET role=? WHERE ch=? AND user=?').run(wanted, ch, u);
        raised.push({ u, role, mutedUntilMs: Number(row['muted_until_ms']), joinedMs: Number(row['joined_ms']) });
      }
    }
    if (added.length > 0) changes.push({ kind: 'members.added', ch, members: added, actor: options.actor });
    if (raised.length > 0) changes.push({ kind: 'members.role', ch, members: raised, actor: options.actor });
    return ok({ value: added.map((member) => member.u), changes });
  }

  function removeMembers(ch: number, users: readonly number[], actor: Uid | null): Outcome<Committed<readonly number[]>> {
    if (!channelExists(ch)) return noChannel(ch);
    const { gone, changes } = remove(ch, users, actor);
    return ok({ value: gone, changes });
  }

  function remove(ch: number, users: readonly number[], actor: Uid | null): { gone: readonly number[]; changes: Change[] } {
    const gone = users.filter((u) => sql('DELETE FROM membership WHERE ch=? AND user=?').run(ch, u).changes === 1);
    if (gone.length === 0) return { gone, changes: [] };
    const changes: Change[] = [{ kind: 'members.removed', ch, users: gone, actor }];
    const owner = sql('SELECT u.u FROM channel c JOIN user u ON u.uid=c.owner WHERE c.ch=?').get(ch)?.['u'];
    if (owner !== undefined && gone.includes(Number(owner))) {
      sql('UPDATE channel SET owner=NULL WHERE ch=?').run(ch);
      const row = sql('SELECT * FROM channel WHERE ch=?').get(ch);
      if (row !== undefined) changes.push({ kind: 'channel.saved', channel: toChannel(row) });
    }
    return { gone, changes };
  }

  function setRoles(ch: number, roles: readonly Wanted[], actor: Uid | null): Outcome<Committed<void>> {
    if (!channelExists(ch)) return noChannel(ch);
    const changed = roles.flatMap(({ u, role }): Member[] => {
      const row = sql(
        'UPDATE membership SET role=?1 WHERE ch=?2 AND user=?3 AND role<>?1 RETURNING muted_until_ms, joined_ms',
      ).get(ROLES.indexOf(role), ch, u);
      if (row === undefined) return [];
      return [{ u, role, mutedUntilMs: Number(row['muted_until_ms']), joinedMs: Number(row['joined_ms']) }];
    });
    return ok({ value: undefined, changes: changed.length === 0 ? [] : [{ kind: 'members.role', ch, members: changed, actor }] });
  }

  return { addMembers, removeMembers, setRoles };
}
