import type { BotClient, DeviceToken, Session, Uid } from '../../domain/model.ts';
import type { Committed } from '../../domain/ports.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { toBotClient } from './rows.ts';
import type { Statements } from './statements.ts';

const SUPERSEDED_KEPT = 3;

export function credentialCommands(sql: Statements) {
  function saveDeviceToken(
    token: Pick<DeviceToken, 'uid' | 'deviceFlag' | 'deviceLevel' | 'hash'>,
    nowMs: number,
  ): Outcome<Committed<void>> {
    const { uid, deviceFlag, deviceLevel, hash } = token;
    // An emptied token is not worth remembering, nor is an older row of the value that becomes current.
    sql('DELETE FROM device_token WHERE uid=? AND device_flag=? AND (hash=? OR length(hash)=0)').run(uid, deviceFlag, hash);
    sql('UPDATE device_token SET superseded_ms=? WHERE uid=? AND device_flag=? AND superseded_ms IS NULL').run(
      nowMs,
      uid,
      deviceFlag,
    );
    sql('INSERT INTO device_token(uid, device_flag, device_level, hash, created_ms) VALUES(?,?,?,?,?)').run(
      uid,
      deviceFlag,
      deviceLevel,
      hash,
      nowMs,
    );
    sql(
      'DELETE FROM device_token WHERE id IN (SELECT id FROM device_token WHERE uid=? AND device_flag=? AND superseded_ms IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?)',
    ).run(uid, deviceFlag, SUPERSEDED_KEPT);
    return ok({ value: undefined, changes: [{ kind: 'token.saved', uid, deviceFlag, deviceLevel }] });
  }

  function savePassword(uid: Uid, verifier: string): Outcome<void> {
    sql("DELETE FROM session WHERE kind='person' AND uid=?").run(uid);
    return sql('UPDATE user SET password=? WHERE uid=?').run(verifier, uid).changes === 1
      ? ok()
      : refuse('wk.uid_invalid', { uid });
  }

  function saveSession(session: Session, nowMs: number): Outcome<void> {
    sql('DELETE FROM session WHERE expires_ms<?').run(nowMs);
    sql('INSERT OR REPLACE INTO session VALUES(?,?,?,?,?)').run(
      session.hash,
      session.kind,
      session.uid,
      session.createdMs,
      session.expiresMs,
    );
    return ok();
  }

  function removeSession(hash: Uint8Array): Outcome<void> {
    sql('DELETE FROM session WHERE hash=?').run(hash);
    return ok();
  }

  function saveBotClient(c: BotClient): Outcome<Committed<BotClient>> {
    sql('INSERT OR REPLACE INTO bot_client VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)').run(
      c.id,
      c.botUid,
      c.name,
      c.kind,
      c.url,
      c.tokenHash,
      c.sealedToken,
      c.format,
      c.heartbeatMs,
      c.queryToken ? 1 : 0,
      c.replayMaxEvents,
      c.replayMaxAgeSeconds,
      c.enabled ? 1 : 0,
      c.fromFile ? 1 : 0,
      c.preset,
    );
    return ok({ value: c, changes: [{ kind: 'botClient.saved', client: c }] });
  }

  function removeBotClient(id: string): Outcome<Committed<void>> {
    const row = sql('SELECT * FROM bot_client WHERE id=?').get(id);
    if (row === undefined) return ok({ value: undefined, changes: [] });
    sql('DELETE FROM bot_client WHERE id=?').run(id);
    return ok({ value: undefined, changes: [{ kind: 'botClient.removed', client: toBotClient(row) }] });
  }

  function saveCursors(cursors: readonly { reader: string; messageId: number }[]): Outcome<void> {
    const save = sql(
      'INSERT INTO reader(reader, message_id) VALUES(?,?) ON CONFLICT(reader) DO UPDATE SET message_id=excluded.message_id',
    );
    for (const { reader, messageId } of cursors) save.run(reader, messageId);
    return ok();
  }

  function saveSetting(key: string, value: string): Outcome<void> {
    sql('INSERT INTO setting VALUES(?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v').run(key, value);
    return ok();
  }

  return { saveDeviceToken, savePassword, saveSession, removeSession, saveBotClient, removeBotClient, saveCursors, saveSetting };
}
