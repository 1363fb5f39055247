import type { BotClient, DeviceToken, User } from '../../domain/model.ts';
import type { Directory } from '../../domain/ports.ts';
import type { Learned } from '../decisions/decision.ts';
import type { AdminSecret } from './admin-secret.ts';
import type { BotTokens } from './bot-token.ts';
import { sameHash } from './device-token.ts';
import type { Keyring } from './keyring.ts';
import { repairs } from './repairs.ts';
import { isSessionToken } from './sessions.ts';

export interface NearMissPorts {
  readonly directory: Pick<Directory, 'deviceTokens' | 'deviceTokensByHash' | 'sessionByHash' | 'user'>;
  readonly keyring: Keyring;
  readonly adminSecret: Pick<AdminSecret, 'matches'>;
  readonly botTokens: Pick<BotTokens, 'clientOf'>;
  readonly users: { get(uid: string): Promise<User | null> };
}

/** What a rejected device token really was. Like everything here it runs after the answer has left, so the answer's time tells nothing. */
export async function classifyDeviceToken(
  claim: { readonly uid: string; readonly token: string; readonly deviceFlag: number },
  ports: NearMissPorts,
): Promise<Learned> {
  const { directory, keyring } = ports;
  const tokens = await directory.deviceTokens(claim.uid);
  const live = tokens.filter((token) => token.supersededMs === null && token.hash.byteLength > 0);
  const flags = [...new Set(live.map((token) => token.deviceFlag))].join(',');
  const facts = {
    presentedFingerprint: keyring.fingerprint(claim.token),
    flagsWithToken: flags === '' ? 'none' : flags,
    connectedWithFlag: claim.deviceFlag,
  };
  const isLive = (value: string) => live.some((token) => sameHash(token.hash, keyring.hash(value)));
  const meant = repairs(claim.token).find(([, value]) => isLive(value));
  if (meant !== undefined) return { code: 'cred.near_miss', evidence: { ...facts, nearMiss: meant[0] } };
  const other = await otherSecret(claim.token, ports);
  if (other !== null) {
    // A session or a device token would do here, were it the right person's.
    const ownerUid = other.evidence['ownerUid'];
    const isOwners = ownerUid !== undefined && ownerUid !== claim.uid;
    return { ...other, code: isOwners ? 'cred.other_owner' : 'cred.wrong_kind', evidence: { ...facts, ...other.evidence } };
  }
  if ((await directory.user(claim.uid)) === null) return { code: 'cred.unknown', evidence: { ...facts, uidKnown: false } };
  if (live.some((token) => token.deviceFlag === claim.deviceFlag)) return { code: 'cred.mismatch', evidence: facts };
  const withdrawn = tokens.some((token) => token.deviceFlag === claim.deviceFlag);
  return { code: 'cred.not_issued', evidence: { ...facts, ...(withdrawn ? { withdrawn } : {}) } };
}

/** What a rejected bot token really was. An almost right one is told to the owner of the bot, too. */
export async function classifyBotToken(token: string, ports: NearMissPorts): Promise<Learned> {
  const presentedFingerprint = ports.keyring.fingerprint(token);
  for (const [nearMiss, value] of repairs(token)) {
    const client = ports.botTokens.clientOf(value);
    if (client === undefined) continue;
    const bot = await ports.users.get(client.botUid);
    return {
      code: 'cred.near_miss',
      evidence: { presentedFingerprint, nearMiss, ...clientFacts(client) },
      readerUid: bot?.ownerUid ?? null,
    };
  }
  return (await otherSecret(token, ports)) ?? { code: 'cred.unknown', evidence: { presentedFingerprint } };
}

/** What was sent where the admin secret or a session is needed. */
export async function classifyBearer(value: string, ports: NearMissPorts): Promise<Learned> {
  const presentedFingerprint = ports.keyring.fingerprint(value);
  for (const [nearMiss, repaired] of repairs(value)) {
    const almost = ports.adminSecret.matches(repaired) ? 'admin secret' : await sessionKind(repaired, ports);
    if (almost !== null) return { code: 'cred.near_miss', evidence: { presentedFingerprint, nearMiss, almost } };
  }
  return (await otherSecret(value, ports)) ?? { code: 'cred.unknown', evidence: { presentedFingerprint } };
}

async function sessionKind(value: string, { directory, keyring }: NearMissPorts): Promise<string | null> {
  const session = isSessionToken(value) ? await directory.sessionByHash(keyring.hash(value)) : null;
  return session === null ? null : `session of ${session.kind === 'operator' ? 'an operator' : 'a person'}`;
}

/** The value is right, for something else. */
async function otherSecret(value: string, ports: NearMissPorts): Promise<Learned | null> {
  const { directory, keyring } = ports;
  const presentedFingerprint = keyring.fingerprint(value);
  const hash = keyring.hash(value);
  const learned = (presentedKind: string, more: object = {}): Learned => ({
    code: 'cred.wrong_kind',
    evidence: { presentedFingerprint, presentedKind, ...more },
  });
  if (ports.adminSecret.matches(value)) return learned('admin secret');
  const client = ports.botTokens.clientOf(value);
  if (client !== undefined) return learned('bot token', clientFacts(client));
  const session = await directory.sessionByHash(hash);
  if (session?.kind === 'operator') return learned('session of an operator');
  if (session !== null) return learned('session of a person', { ownerUid: session.uid });
  const [device]: readonly (DeviceToken | undefined)[] = await directory.deviceTokensByHash(hash);
  return device === undefined
    ? null
    : learned('device token', { ownerUid: device.uid, ownerFlag: device.deviceFlag, replaced: device.supersededMs !== null });
}

function clientFacts(client: BotClient) {
  return { bot: client.botUid, client: client.name, direction: client.kind, enabled: client.enabled };
}
