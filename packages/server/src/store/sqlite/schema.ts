import { DatabaseSync } from 'node:sqlite';

/** Each entry brings a database from version i to i + 1. Never edit one that was released: append. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
  CREATE TABLE message(id INTEGER PRIMARY KEY, ch INT, seq INT, prev INT, sender INT, client_msg_no TEXT, flags INT, ts_ms INT,
    expire INT, topic TEXT, payload BLOB);
  CREATE TABLE channel_block(ch INT, block INT, first_id INT, PRIMARY KEY(ch, block)) WITHOUT ROWID;
  CREATE TABLE channel_tail(ch INTEGER PRIMARY KEY, last_seq INT, last_id INT, seq_floor INT NOT NULL DEFAULT 0);
  CREATE TABLE membership(ch INT, user INT, role INT NOT NULL DEFAULT 0, read_seq INT NOT NULL DEFAULT 0, joined_seq INT NOT NULL DEFAULT 0,
    deleted_seq INT NOT NULL DEFAULT 0, muted_until_ms INT NOT NULL DEFAULT 0, joined_ms INT NOT NULL DEFAULT 0,
    PRIMARY KEY(ch, user)) WITHOUT ROWID;
  CREATE INDEX membership_user ON membership(user, ch);
  CREATE TABLE notice(id INTEGER PRIMARY KEY, user INT, after_id INT, kind TEXT, body TEXT);
  CREATE INDEX notice_user ON notice(user, id);
  CREATE TABLE reader(reader TEXT PRIMARY KEY, message_id INT NOT NULL, notice_id INT NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE dedupe_block(first_id INTEGER PRIMARY KEY, ts INT, keys BLOB);

  CREATE TABLE user(u INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, numeric_id INT NOT NULL UNIQUE, name TEXT NOT NULL,
    owner_uid TEXT, banned INT NOT NULL DEFAULT 0, send_ban INT NOT NULL DEFAULT 0, private_targets INT NOT NULL DEFAULT 0, password TEXT);
  CREATE INDEX user_owner ON user(owner_uid) WHERE owner_uid IS NOT NULL;
  CREATE INDEX user_kind ON user(kind) WHERE kind <> 'person';
  CREATE TABLE channel(ch INTEGER PRIMARY KEY, type INT NOT NULL, id TEXT NOT NULL, numeric_id INT NOT NULL, name TEXT NOT NULL, owner TEXT,
    ban INT NOT NULL, disband INT NOT NULL, send_ban INT NOT NULL, allow_stranger INT NOT NULL, large INT NOT NULL, created_ms INT NOT NULL,
    party_a INT, party_b INT, UNIQUE(type, id));
  CREATE UNIQUE INDEX channel_number ON channel(numeric_id) WHERE numeric_id > 0;
  CREATE TABLE number(n INTEGER PRIMARY KEY);
  CREATE TABLE channel_list(ch INT, list TEXT, user INT, PRIMARY KEY(ch, list, user)) WITHOUT ROWID;
  CREATE INDEX channel_list_user ON channel_list(user, list, ch);

  CREATE TABLE device_token(id INTEGER PRIMARY KEY, uid TEXT NOT NULL, device_flag INT NOT NULL, device_level INT NOT NULL, hash BLOB NOT NULL,
    created_ms INT NOT NULL, superseded_ms INT);
  CREATE INDEX device_token_uid ON device_token(uid, device_flag);
  CREATE INDEX device_token_hash ON device_token(hash);
  CREATE TABLE session(hash BLOB PRIMARY KEY, kind TEXT NOT NULL, uid TEXT NOT NULL, created_ms INT NOT NULL, expires_ms INT NOT NULL) WITHOUT ROWID;
  CREATE INDEX session_expiry ON session(expires_ms);
  CREATE TABLE bot_client(id TEXT PRIMARY KEY, bot_uid TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, token_hash BLOB,
    sealed_token BLOB, format TEXT NOT NULL, heartbeat_ms INT NOT NULL, query_token INT NOT NULL, replay_max_events INT NOT NULL,
    replay_max_age_seconds INT NOT NULL, enabled INT NOT NULL, from_file INT NOT NULL) WITHOUT ROWID;
  CREATE TABLE setting(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;
  INSERT INTO number VALUES(10000);
  INSERT INTO user(u, uid, kind, numeric_id, name) VALUES(1, '____system', 'system', 10000, '');
  INSERT INTO meta VALUES('folded_id', 0), ('next_number', 4000000000), ('dedupe_key', randomblob(8));
  `,
  // When somebody came on a list; those of before have no time.
  'ALTER TABLE channel_list ADD COLUMN created_ms INT NOT NULL DEFAULT 0',
  // Until then a client made in the page was named after its framework.
  `ALTER TABLE bot_client ADD COLUMN preset TEXT;
  UPDATE bot_client SET preset=name WHERE name IN ('nonebot', 'koishi', 'aiocqhttp')`,
];

/** Of decisions.db, by the same rule. */
export const DECISION_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE decision(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ts_ms INT NOT NULL, code TEXT NOT NULL, subject TEXT, json TEXT NOT NULL);
  CREATE INDEX decision_ts ON decision(ts_ms);
  CREATE INDEX decision_subject ON decision(subject, ts_ms) WHERE subject IS NOT NULL;
`,
];

export class NewerDatabaseError extends Error {
  readonly found: number;
  constructor(found: number, known: number) {
    super(`the database has version ${found}, this program knows up to ${known}`);
    this.found = found;
  }
}

export interface WriterPragmas {
  readonly cacheMb: number;
  readonly maxPages: number | null;
  readonly synchronous: 'FULL' | 'NORMAL';
}

/** A long backup lets the WAL grow; once it is empty again its file shrinks to this. */
const MAX_IDLE_WAL_BYTES = 64 * 1024 * 1024;

/** Opens for writing, in WAL, and asserts that the settings on which durability rests really hold. */
export function openForWriting(file: string, migrations: readonly string[], pragmas: WriterPragmas): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    const found = pragmaNumber(db, 'user_version');
    if (found > migrations.length) throw new NewerDatabaseError(found, migrations.length);
    db.exec('PRAGMA journal_mode=WAL');
    db.exec(`PRAGMA synchronous=${pragmas.synchronous}`);
    db.exec(
      `PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=${MAX_IDLE_WAL_BYTES}; PRAGMA cache_size=-${pragmas.cacheMb * 1024}`,
    );
    if (pragmaNumber(db, 'synchronous') !== (pragmas.synchronous === 'FULL' ? 2 : 1))
      throw new Error('PRAGMA synchronous does not hold');
    if (db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal')
      throw new Error('the file system does not allow WAL');
    for (let version = found; version < migrations.length; version++) {
      db.exec(`BEGIN IMMEDIATE; ${migrations[version] ?? ''}; PRAGMA user_version=${version + 1}; COMMIT`);
    }
    if (pragmas.maxPages !== null) db.exec(`PRAGMA max_page_count=${pragmas.maxPages}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function openForReading(file: string, cacheMb: number): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  db.exec(`PRAGMA cache_size=-${cacheMb * 1024}`);
  return db;
}

function pragmaNumber(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
