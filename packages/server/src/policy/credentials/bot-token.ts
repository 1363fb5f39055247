import type { BotClient, Change, User } from '../../domain/model.ts';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import type { Keyring } from './keyring.ts';
import { repairs } from './near-miss.ts';

export interface BotTokens {
  /** Which client a token belongs to: one hash and one look-up, whether it exists or not. */
  identify(token: string): Promise<Outcome<{ readonly bot: User; readonly client: BotClient }>>;
  isBotToken(value: string): boolean;
  /** What a rejected token really was; for after the answer. */
  classify(token: string): {
    readonly code: 'cred.near_miss' | 'cred.unknown';
    readonly evidence: Readonly<Record<string, string>>;
  };
  apply(changes: readonly Change[]): void;
}

export interface BotTokenPorts {
  readonly keyring: Keyring;
  readonly users: { get(uid: string): Promise<User | null> };
}

/** Every client of the store and of hufu.yaml by the keyed hash of its token, in memory. A hash cannot be aimed at, so the map's own timing tells nothing. */
export function createBotTokens(clients: readonly BotClient[], ports: BotTokenPorts): BotTokens {
  const { keyring, users } = ports;
  const byHash = new Map<string, BotClient>();
  const hashOf = new Map<string, string>();

  function remove(id: string): void {
    const known = hashOf.get(id);
    if (known === undefined) return;
    hashOf.delete(id);
    if (byHash.get(known)?.id === id) byHash.delete(known);
  }

  function save(client: BotClient): void {
    remove(client.id);
    if (client.kind !== 'forward' || client.tokenHash === null || client.tokenHash.byteLength !== 32) return;
    const hash = hex(client.tokenHash);
    byHash.set(hash, client);
    hashOf.set(client.id, hash);
  }

  for (const client of clients) save(client);
  const find = (token: string) => (token === '' ? undefined : byHash.get(hex(keyring.hash(token))));

  return {
    async identify(token) {
      const client = find(token);
      const bot = await users.get(client?.botUid ?? '');
      if (client === undefined) return refuse('cred.unknown', { presentedFingerprint: keyring.fingerprint(token) });
      if (bot === null || bot.banned || !client.enabled)
        return refuse('onebot.bot_unbound', { uid: client.botUid, enabled: client.enabled });
      return ok({ bot, client });
    },
    isBotToken: (value) => find(value) !== undefined,
    classify(token) {
      const presentedFingerprint = keyring.fingerprint(token);
      for (const [name, value] of repairs(token)) {
        const meant = find(value);
        if (meant !== undefined)
          return {
            code: 'cred.near_miss',
            evidence: { presentedFingerprint, nearMiss: name, bot: meant.botUid, client: meant.name },
          };
      }
      return { code: 'cred.unknown', evidence: { presentedFingerprint } };
    },
    apply(changes) {
      for (const change of changes) {
        if (change.kind === 'botClient.saved') save(change.client);
        else if (change.kind === 'botClient.removed') remove(change.client.id);
      }
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
