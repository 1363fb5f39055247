import type { SQLOutputValue } from 'node:sqlite';
import { presetOf } from '../../domain/bots/presets.ts';
import type { BotClient, Channel, DeviceToken, Role, Session, User, UserKind } from '../../domain/model.ts';

export type Row = Record<string, SQLOutputValue>;

/** For flatMap over lookups. */
export const present = (row: Row | undefined): Row[] => (row === undefined ? [] : [row]);

export const ROLES: readonly Role[] = ['member', 'admin', 'owner'];

const num = (row: Row, key: string): number => Number(row[key] ?? 0);
const str = (row: Row, key: string): string => String(row[key] ?? '');
const strOrNull = (row: Row, key: string): string | null => (row[key] == null ? null : String(row[key]));
const flag = (row: Row, key: string): boolean => row[key] === 1;
function bytes(row: Row, key: string): Uint8Array<ArrayBuffer> {
  const value = row[key];
  return value instanceof Uint8Array ? new Uint8Array(value) : new Uint8Array(0);
}

export function toUser(row: Row): User {
  const kind = str(row, 'kind');
  return {
    u: num(row, 'u'),
    uid: str(row, 'uid'),
    kind: (kind === 'bot' || kind === 'system' ? kind : 'person') satisfies UserKind,
    numericId: num(row, 'numeric_id'),
    name: str(row, 'name'),
    ownerUid: strOrNull(row, 'owner_uid'),
    banned: flag(row, 'banned'),
    sendBan: flag(row, 'send_ban'),
    privateTargets: flag(row, 'private_targets'),
  };
}

export function toChannel(row: Row): Channel {
  return {
    ch: num(row, 'ch'),
    id: str(row, 'id'),
    type: num(row, 'type'),
    numericId: num(row, 'numeric_id'),
    name: str(row, 'name'),
    owner: strOrNull(row, 'owner'),
    ban: flag(row, 'ban'),
    disband: flag(row, 'disband'),
    sendBan: flag(row, 'send_ban'),
    allowStranger: flag(row, 'allow_stranger'),
    large: flag(row, 'large'),
    createdMs: num(row, 'created_ms'),
  };
}

export function toDeviceToken(row: Row): DeviceToken {
  return {
    uid: str(row, 'uid'),
    deviceFlag: num(row, 'device_flag'),
    deviceLevel: num(row, 'device_level') === 1 ? 1 : 0,
    hash: bytes(row, 'hash'),
    createdMs: num(row, 'created_ms'),
    supersededMs: row['superseded_ms'] == null ? null : num(row, 'superseded_ms'),
  };
}

export function toSession(row: Row): Session {
  return {
    hash: bytes(row, 'hash'),
    kind: str(row, 'kind') === 'operator' ? 'operator' : 'person',
    uid: str(row, 'uid'),
    createdMs: num(row, 'created_ms'),
    expiresMs: num(row, 'expires_ms'),
  };
}

export function toBotClient(row: Row): BotClient {
  return {
    id: str(row, 'id'),
    botUid: str(row, 'bot_uid'),
    name: str(row, 'name'),
    kind: str(row, 'kind') === 'reverse' ? 'reverse' : 'forward',
    url: strOrNull(row, 'url'),
    tokenHash: row['token_hash'] == null ? null : bytes(row, 'token_hash'),
    sealedToken: row['sealed_token'] == null ? null : bytes(row, 'sealed_token'),
    format: str(row, 'format') === 'string' ? 'string' : 'array',
    heartbeatMs: num(row, 'heartbeat_ms'),
    queryToken: flag(row, 'query_token'),
    replayMaxEvents: num(row, 'replay_max_events'),
    replayMaxAgeSeconds: num(row, 'replay_max_age_seconds'),
    enabled: flag(row, 'enabled'),
    fromFile: flag(row, 'from_file'),
    preset: presetOf(strOrNull(row, 'preset')),
  };
}
