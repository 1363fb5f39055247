import type { BotClient, User } from '../../domain/model.ts';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import type { AdminSecret } from './admin-secret.ts';
import type { Keyring } from './keyring.ts';

export interface BotTokens {
  /** Which forward client a token belongs to: one hash and one look-up, whether it exists or not. */
  identify(token: string): Promise<Outcome<{ readonly bot: User; readonly client: BotClient }>>;
  /** The client whose token a value is, whichever side presents it, switched on or off. */
  clientOf(value: string): BotClient | undefined;
  /** Call when the list of clients has changed. */
  changed(): void;
}

export interface BotTokenPorts {
  readonly keyring: Pick<Keyring, 'hash' | 'fingerprint' | 'open'>;
  readonly users: { get(uid: string): Promise<User | null> };
  readonly adminSecret: Pick<AdminSecret, 'matches'>;
}

/** Every client by the keyed hash of its token, in memory. A hash cannot be aimed at, so the map's own timing tells nothing. */
export function createBotTokens(clients: () => readonly BotClient[], ports: BotTokenPorts): BotTokens {
  const { keyring, users } = ports;
  const hashes = new WeakMap<BotClient, string>();
  let byHash: Map<string, BotClient> | null = null;

  /** A token that others present is kept as its hash; one that we present is kept sealed. */
  function hashOf(client: BotClient): string {
    const known = hashes.get(client);
    if (known !== undefined) return known;
    const opened = client.sealedToken === null ? null : keyring.open(client.sealedToken);
    const bytes = opened?.ok === true && opened.value !== '' ? keyring.hash(opened.value) : client.tokenHash;
    const hash = bytes?.byteLength === 32 ? hex(bytes) : '';
    hashes.set(client, hash);
    return hash;
  }

  function index(): Map<string, BotClient> {
    if (byHash !== null) return byHash;
    byHash = new Map();
    for (const client of clients()) {
      const hash = hashOf(client);
      // One value for both directions: the client that may dial us goes before the one that we dial.
      if (hash !== '' && (client.kind === 'forward' ? byHash.get(hash)?.kind !== 'forward' : !byHash.has(hash)))
        byHash.set(hash, client);
    }
    return byHash;
  }

  const clientOf = (value: string) => (value === '' ? undefined : index().get(hex(keyring.hash(value))));
  return {
    clientOf,
    changed() {
      byHash = null;
    },
    async identify(token) {
      const client = clientOf(token);
      const bot = await users.get(client?.botUid ?? '');
      const presentedFingerprint = keyring.fingerprint(token);
      if (ports.adminSecret.matches(token))
        return refuse('cred.wrong_kind', { presentedFingerprint, presentedKind: 'admin secret' });
      if (client === undefined) return refuse('cred.unknown', { presentedFingerprint });
      if (client.kind !== 'forward')
        return refuse('cred.wrong_kind', {
          presentedFingerprint,
          presentedKind: 'token of a reverse client',
          bot: client.botUid,
          client: client.name,
        });
      if (bot === null || bot.banned || !client.enabled)
        return refuse('onebot.bot_unbound', {
          presentedFingerprint,
          uid: client.botUid,
          client: client.name,
          enabled: client.enabled,
          banned: bot?.banned ?? false,
        });
      return ok({ bot, client });
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
