import type { Evidence, RefusalCode } from '@hufu/refusals';
import type { Directory } from '../../domain/ports.ts';
import type { AdminSecret } from './admin-secret.ts';
import { sameHash } from './device-token.ts';
import type { Keyring } from './keyring.ts';

export interface NearMissPorts {
  readonly directory: Pick<Directory, 'deviceTokens' | 'deviceTokensByHash' | 'sessionByHash' | 'user'>;
  readonly keyring: Keyring;
  readonly adminSecret: Pick<AdminSecret, 'matches'>;
  isBotToken(value: string): boolean;
}

export interface NearMiss {
  readonly code: RefusalCode;
  readonly evidence: Evidence;
}

/** What a rejected device token really was. Runs after the answer has left, so the answer's time tells nothing. */
export async function classifyDeviceToken(
  claim: { uid: string; token: string; deviceFlag: number },
  ports: NearMissPorts,
): Promise<NearMiss> {
  const { directory, keyring } = ports;
  const presented = keyring.hash(claim.token);
  const fingerprint = keyring.fingerprint(claim.token);
  const tokens = await directory.deviceTokens(claim.uid);
  const ofFlag = tokens.filter((token) => token.deviceFlag === claim.deviceFlag);
  const issuedFlags = [
    ...new Set(
      tokens.filter((token) => token.supersededMs === null && token.hash.byteLength > 0).map((token) => token.deviceFlag),
    ),
  ].join(',');
  const facts = {
    presentedFingerprint: fingerprint,
    flagsWithToken: issuedFlags === '' ? 'none' : issuedFlags,
    connectedWithFlag: claim.deviceFlag,
  };

  const old = tokens.find((token) => token.supersededMs !== null && sameHash(token.hash, presented));
  if (old !== undefined)
    return { code: 'cred.superseded', evidence: { ...facts, replacedAt: new Date(old.supersededMs ?? 0).toISOString() } };
  for (const [name, value] of repairs(claim.token)) {
    const repaired = keyring.hash(value);
    if (tokens.some((token) => token.supersededMs === null && sameHash(token.hash, repaired)))
      return { code: 'cred.near_miss', evidence: { ...facts, nearMiss: name } };
  }
  if (ports.adminSecret.matches(claim.token))
    return { code: 'cred.wrong_kind', evidence: { ...facts, presentedKind: 'admin secret' } };
  if (ports.isBotToken(claim.token)) return { code: 'cred.wrong_kind', evidence: { ...facts, presentedKind: 'bot token' } };
  const session = await directory.sessionByHash(presented);
  if (session !== null)
    return {
      code: 'cred.wrong_kind',
      evidence: { ...facts, presentedKind: `session of ${session.kind === 'operator' ? 'an operator' : 'another account'}` },
    };
  const others = await directory.deviceTokensByHash(presented);
  const other = others.find((token) => token.uid !== claim.uid);
  if (other !== undefined) return { code: 'cred.other_owner', evidence: { ...facts, ownerUid: other.uid } };
  if ((await directory.user(claim.uid)) === null) return { code: 'cred.unknown', evidence: { ...facts, uidKnown: false } };
  return { code: ofFlag.length === 0 ? 'cred.not_issued' : 'cred.mismatch', evidence: facts };
}

/** Ways in which a token is copied wrongly; each gives the value that was meant. */
export function repairs(value: string): [string, string][] {
  const trimmed = value.trim();
  const unquoted = trimmed.replace(/^["'“”‘’]+|["'“”‘’]+$/g, '');
  const bare = unquoted.replace(/^(bearer|token)\s+/i, '');
  const list: [string, string][] = [
    ['white space around it', trimmed],
    ['quotes around it', unquoted],
    ['a scheme word before it', bare],
    ['full-width characters', bare.normalize('NFKC')],
    ['white space inside it', bare.replace(/\s+/g, '')],
  ];
  return list.filter(([, repaired]) => repaired !== value && repaired !== '');
}
