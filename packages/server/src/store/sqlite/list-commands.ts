import type { Change, Channel } from '../../domain/model.ts';
import type { Committed, NewChannel } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Statements } from './statements.ts';

type List = 'deny' | 'allow';
type EnsureChannel = (wanted: NewChannel, nowMs: number) => Outcome<Committed<Channel>>;

/** Deny and allow lists: of a group its users, of a person one mark of that person on the person channel with each other one. */
export function listCommands(sql: Statements, ensureChannel: EnsureChannel) {
  const insert = (ch: number, list: List, user: number, nowMs: number): boolean =>
    sql('INSERT OR IGNORE INTO channel_list(ch, list, user, created_ms) VALUES(?,?,?,?)').run(ch, list, user, nowMs).changes ===
    1;
  const remove = (ch: number, list: List, user: number): boolean =>
    sql('DELETE FROM channel_list WHERE ch=? AND list=? AND user=?').run(ch, list, user).changes === 1;

  function editList(
    ch: number,
    list: List,
    edit: 'add' | 'remove' | 'set',
    users: readonly number[],
    nowMs: number,
  ): Outcome<Committed<void>> {
    if (sql('SELECT 1 FROM channel WHERE ch=?').get(ch) === undefined) return refuse('im.channel_missing', { ch });
    if (edit === 'set') {
      const keep = new Set(users);
      for (const row of sql('SELECT user FROM channel_list WHERE ch=? AND list=?').all(ch, list)) {
        const user = Number(row['user']);
        if (!keep.has(user)) remove(ch, list, user);
      }
    }
    for (const user of users) {
      if (edit === 'remove') remove(ch, list, user);
      else insert(ch, list, user, nowMs);
    }
    const kind = edit === 'set' ? 'list.set' : edit === 'add' ? 'list.added' : 'list.removed';
    return ok({ value: undefined, changes: [{ kind, ch, list, users }] });
  }

  function editPersonList(
    owner: number,
    list: List,
    edit: 'add' | 'remove',
    channelIds: readonly string[],
    nowMs: number,
  ): Outcome<Committed<void>> {
    const changes: Change[] = [];
    for (const id of channelIds) {
      const known = sql('SELECT ch FROM channel WHERE type=1 AND id=?').get(id)?.['ch'];
      if (edit === 'remove') {
        if (known !== undefined && remove(Number(known), list, owner))
          changes.push({ kind: 'list.removed', ch: Number(known), list, users: [owner] });
        continue;
      }
      const made = ensureChannel({ id, type: 1 }, nowMs);
      if (!made.ok) return made;
      const { ch } = made.value.value;
      changes.push(...made.value.changes);
      if (insert(ch, list, owner, nowMs)) changes.push({ kind: 'list.added', ch, list, users: [owner] });
    }
    return ok({ value: undefined, changes });
  }

  return { editList, editPersonList };
}
