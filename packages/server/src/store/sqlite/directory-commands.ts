import type { Change, Channel, Uid, User } from '../../domain/model.ts';
import type { Committed, NewChannel, NewUser } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { credentialCommands } from './credential-commands.ts';
import { listCommands } from './list-commands.ts';
import { memberCommands } from './member-commands.ts';
import { toChannel, toUser } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tails } from './tails.ts';

export interface CommandContext {
  readonly sql: Statements;
  readonly tails: Tails;
}

const committed = <T>(value: T, changes: readonly Change[]): Outcome<Committed<T>> => ok({ value, changes });

/** Mutations, each inside a transaction of the writer. `nowMs` comes from the caller's clock. */
export function directoryCommands({ sql, tails }: CommandContext) {
  const userOf = (uid: Uid): User | null => {
    const row = sql('SELECT * FROM user WHERE uid=?').get(uid);
    return row === undefined ? null : toUser(row);
  };
  const channelOf = (type: number, id: string): Channel | null => {
    const row = sql('SELECT * FROM channel WHERE type=? AND id=?').get(type, id);
    return row === undefined ? null : toChannel(row);
  };

  /** A canonical decimal keeps itself when free; others get the next of a range far above what people choose. */
  function takeNumber(text: string): number {
    const own = /^[1-9]\d{4,9}$/.test(text) ? Number(text) : 0;
    const take = (n: number): boolean => sql('INSERT OR IGNORE INTO number VALUES(?)').run(n).changes === 1;
    if (own >= 10_000 && own <= 4_294_967_294 && take(own)) return own;
    let next = Number(sql("SELECT v FROM meta WHERE k='next_number'").get()?.['v']);
    while (!take(next)) next++;
    sql("UPDATE meta SET v=? WHERE k='next_number'").run(next + 1);
    return next;
  }

  function ensureUser(user: NewUser): Outcome<Committed<User>> {
    const before = userOf(user.uid);
    if (before !== null && (user.name === undefined || user.name === before.name)) return committed(before, []);
    if (before !== null) sql('UPDATE user SET name=? WHERE u=?').run(user.name ?? before.name, before.u);
    else {
      sql('INSERT INTO user(uid, kind, numeric_id, name, owner_uid, private_targets) VALUES(?,?,?,?,?,?)').run(
        user.uid,
        user.kind,
        takeNumber(user.uid),
        user.name ?? '',
        user.ownerUid ?? null,
        user.privateTargets === true ? 1 : 0,
      );
    }
    const saved = userOf(user.uid);
    return saved === null ? refuse('srv.fault') : committed(saved, [{ kind: 'user.saved', user: saved }]);
  }

  function ensurePeople(uids: readonly Uid[]): Outcome<Committed<readonly User[]>> {
    const people: User[] = [];
    const changes: Change[] = [];
    for (const uid of uids) {
      const made = ensureUser({ uid, kind: 'person' });
      if (!made.ok) return made;
      people.push(made.value.value);
      changes.push(...made.value.changes);
    }
    return committed(people, changes);
  }

  function saveUser(
    uid: Uid,
    patch: Partial<Pick<User, 'name' | 'banned' | 'sendBan' | 'privateTargets'>>,
  ): Outcome<Committed<User>> {
    const before = userOf(uid);
    if (before === null) return refuse('wk.uid_invalid', { uid });
    const user: User = { ...before, ...patch };
    sql('UPDATE user SET name=?, banned=?, send_ban=?, private_targets=? WHERE u=?').run(
      user.name,
      user.banned ? 1 : 0,
      user.sendBan ? 1 : 0,
      user.privateTargets ? 1 : 0,
      user.u,
    );
    return committed(user, [{ kind: 'user.saved', user }]);
  }

  /** The parties of `a@b`; a uid may itself contain an @, so each split is tried. */
  function partiesOf(id: string): readonly [number, number] | null {
    for (let at = id.indexOf('@'); at >= 0; at = id.indexOf('@', at + 1)) {
      const a = userOf(id.slice(0, at));
      const b = a === null ? null : userOf(id.slice(at + 1));
      if (a !== null && b !== null) return [a.u, b.u];
    }
    return null;
  }

  function ensureChannel(wanted: NewChannel, nowMs: number): Outcome<Committed<Channel>> {
    const before = channelOf(wanted.type, wanted.id);
    const parties = before === null && wanted.type === 1 ? partiesOf(wanted.id) : null;
    const next: Channel = {
      ch: 0,
      id: wanted.id,
      type: wanted.type,
      numericId: 0,
      createdMs: nowMs,
      ...before,
      name: wanted.name ?? before?.name ?? '',
      owner: wanted.owner === undefined ? (before?.owner ?? null) : wanted.owner,
      ban: wanted.ban ?? before?.ban ?? false,
      disband: wanted.disband ?? before?.disband ?? false,
      sendBan: wanted.sendBan ?? before?.sendBan ?? false,
      allowStranger: wanted.allowStranger ?? before?.allowStranger ?? false,
      large: wanted.large ?? before?.large ?? false,
    };
    if (before !== null && JSON.stringify(before) === JSON.stringify({ ...before, ...next })) return committed(before, []);
    const flags = [next.ban, next.disband, next.sendBan, next.allowStranger, next.large].map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (before === null) {
      sql(
        'INSERT INTO channel(type, id, numeric_id, name, owner, ban, disband, send_ban, allow_stranger, large, created_ms, party_a, party_b) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)',
      ).run(
        next.type,
        next.id,
        next.type === 1 ? 0 : takeNumber(next.id),
        next.name,
        next.owner,
        ...flags,
        nowMs,
        parties?.[0] ?? null,
        parties?.[1] ?? null,
      );
    } else {
      sql('UPDATE channel SET name=?, owner=?, ban=?, disband=?, send_ban=?, allow_stranger=?, large=? WHERE ch=?').run(
        next.name,
        next.owner,
        ...flags,
        before.ch,
      );
    }
    const channel = channelOf(wanted.type, wanted.id);
    return channel === null ? refuse('srv.fault') : committed(channel, [{ kind: 'channel.saved', channel }]);
  }

  function moveRead(ch: number, u: number, readSeq: number): Outcome<Committed<number>> {
    const row = sql('SELECT read_seq FROM membership WHERE ch=? AND user=?').get(ch, u);
    if (row === undefined) return refuse('im.not_member', { ch });
    const tail = tails.peek(ch);
    const before = Math.max(Number(row['read_seq']), tail.readers?.get(u) ?? 0);
    const after = Math.max(before, Math.min(readSeq, tail.seq));
    if (after === before) return committed(before, []);
    sql('UPDATE membership SET read_seq=? WHERE ch=? AND user=?').run(after, ch, u);
    return committed(after, [{ kind: 'read.moved', ch, u, readSeq: after }]);
  }

  return {
    partiesOf,
    ensureUser,
    ensurePeople,
    saveUser,
    ensureChannel,
    moveRead,
    ...memberCommands({ sql, tails }),
    ...listCommands(sql, ensureChannel),
    ...credentialCommands(sql),
  };
}

export type DirectoryCommands = ReturnType<typeof directoryCommands>;
