import type { BotClient, Channel, DeviceToken, Session, Uid, User } from '../../domain/model.ts';
import type { ListEntry } from '../../domain/ports.ts';
import { present, type Row, toBotClient, toChannel, toDeviceToken, toSession, toUser } from './rows.ts';
import type { Statements } from './statements.ts';

const toListEntry = (row: Row): ListEntry => ({
  u: Number(row['u']),
  uid: String(row['uid']),
  createdMs: Number(row['created_ms']),
});
const orNull = <T>(row: Row | undefined, map: (row: Row) => T): T | null => (row === undefined ? null : map(row));

export function directoryQueries(sql: Statements) {
  const text = (row: Row | undefined, key: string): string | null => (row?.[key] == null ? null : String(row[key]));
  return {
    user: (uid: Uid): User | null => orNull(sql('SELECT * FROM user WHERE uid=?').get(uid), toUser),
    userByNumber: (n: number): User | null => orNull(sql('SELECT * FROM user WHERE numeric_id=?').get(n), toUser),
    usersByInt: (users: readonly number[]): User[] =>
      users.flatMap((u) => present(sql('SELECT * FROM user WHERE u=?').get(u))).map(toUser),
    usersOwnedBy: (owner: Uid): User[] => sql('SELECT * FROM user WHERE owner_uid=? ORDER BY u').all(owner).map(toUser),
    channel: (type: number, id: string): Channel | null =>
      orNull(sql('SELECT * FROM channel WHERE type=? AND id=?').get(type, id), toChannel),
    channelByNumber: (n: number): Channel | null =>
      orNull(sql('SELECT * FROM channel WHERE numeric_id=? AND numeric_id>0').get(n), toChannel),
    channelsByInt: (channels: readonly number[]): Channel[] =>
      channels.flatMap((ch) => present(sql('SELECT * FROM channel WHERE ch=?').get(ch))).map(toChannel),
    groupsOf: (u: number): Channel[] =>
      sql('SELECT c.* FROM membership m JOIN channel c ON c.ch=m.ch WHERE m.user=? AND c.type<>1 ORDER BY c.ch')
        .all(u)
        .map(toChannel),
    friendsOf: (u: number): User[] =>
      sql(`SELECT f.* FROM channel_list l JOIN channel c ON c.ch=l.ch AND c.type=1
        JOIN user f ON f.u = CASE c.party_a WHEN l.user THEN c.party_b ELSE c.party_a END WHERE l.user=? AND l.list='allow' ORDER BY f.u`)
        .all(u)
        .map(toUser),
    groupList: (ch: number, list: 'deny' | 'allow'): ListEntry[] =>
      sql(
        'SELECT f.u, f.uid, l.created_ms FROM channel_list l JOIN user f ON f.u=l.user WHERE l.ch=? AND l.list=? ORDER BY l.created_ms, f.u',
      )
        .all(ch, list)
        .map(toListEntry),
    personList: (owner: number, list: 'deny' | 'allow'): ListEntry[] =>
      sql(`SELECT f.u, f.uid, l.created_ms FROM channel_list l JOIN channel c ON c.ch=l.ch AND c.type=1
        JOIN user f ON f.u = CASE c.party_a WHEN l.user THEN c.party_b ELSE c.party_a END
        WHERE l.user=? AND l.list=? ORDER BY l.created_ms, f.u`)
        .all(owner, list)
        .map(toListEntry),
    deviceTokens: (uid: Uid): DeviceToken[] =>
      sql('SELECT * FROM device_token WHERE uid=? ORDER BY id').all(uid).map(toDeviceToken),
    deviceTokensByHash: (hash: Uint8Array): DeviceToken[] =>
      hash.length === 0 ? [] : sql('SELECT * FROM device_token WHERE hash=? ORDER BY id').all(hash).map(toDeviceToken),
    password: (uid: Uid): string | null => text(sql('SELECT password FROM user WHERE uid=?').get(uid), 'password'),
    sessionByHash: (hash: Uint8Array): Session | null => orNull(sql('SELECT * FROM session WHERE hash=?').get(hash), toSession),
    botClients: (): BotClient[] => sql('SELECT * FROM bot_client ORDER BY bot_uid, name').all().map(toBotClient),
    cursor(reader: string): number | null {
      const row = sql('SELECT message_id FROM reader WHERE reader=?').get(reader);
      return row === undefined ? null : Number(row['message_id']);
    },
    setting: (key: string): string | null => text(sql('SELECT v FROM setting WHERE k=?').get(key), 'v'),
  };
}
