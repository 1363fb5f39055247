import type { BotClient, User } from '../domain/model.ts';
import type { Bus, Directory } from '../domain/ports.ts';
import type { Users } from '../domain/channels/channel-states.ts';
import type { BotConfig } from '../config/schema.ts';
import { ok, type Outcome, refuse } from '../kernel/outcome.ts';
import type { Keyring } from '../policy/credentials/keyring.ts';

/** Bots and their clients, of hufu.yaml and of the store together; those of the file win by name. */
export class BotClients {
  readonly #users: Users;
  readonly #keyring: Keyring;
  readonly #fromFile = new Map<string, BotClient>();
  readonly #stored = new Map<string, BotClient>();

  constructor(users: Users, keyring: Keyring) {
    this.#users = users;
    this.#keyring = keyring;
  }

  async load(bots: readonly BotConfig[], directory: Directory, bus: Bus): Promise<Outcome<void>> {
    for (const bot of bots) {
      const made = await directory.ensureUser({ uid: bot.uid, kind: 'bot', name: bot.name });
      if (!made.ok) return made;
      bus.publishChanges(made.value.changes);
      for (const client of bot.clients) this.#keepFile(bot.uid, client);
    }
    for (const client of await directory.botClients()) this.#stored.set(client.id, client);
    bus.onChanges((changes) => {
      for (const change of changes) {
        if (change.kind === 'botClient.saved') this.#stored.set(change.client.id, change.client);
        else if (change.kind === 'botClient.removed') this.#stored.delete(change.client.id);
      }
    });
    return ok();
  }

  all(): readonly BotClient[] {
    const named = new Set([...this.#fromFile.values()].map((client) => `${client.botUid} ${client.name}`));
    return [
      ...this.#fromFile.values(),
      ...[...this.#stored.values()].filter((client) => !named.has(`${client.botUid} ${client.name}`)),
    ];
  }

  /** Which client a presented token belongs to: one look-up under a keyed hash, whatever the token is. */
  async identify(token: string): Promise<Outcome<{ bot: User; client: BotClient }>> {
    const hash = Buffer.from(this.#keyring.hash(token)).toString('hex');
    const client = this.all().find(
      (one) => one.kind === 'forward' && one.tokenHash !== null && Buffer.from(one.tokenHash).toString('hex') === hash,
    );
    if (client === undefined) return refuse('cred.unknown', { presentedFingerprint: this.#keyring.fingerprint(token) });
    const bot = await this.#users.get(client.botUid);
    if (bot === null || bot.banned || !client.enabled) return refuse('onebot.bot_unbound', { botUid: client.botUid });
    return ok({ bot, client });
  }

  isBotToken(token: string): boolean {
    const hash = Buffer.from(this.#keyring.hash(token)).toString('hex');
    return this.all().some((one) => one.tokenHash !== null && Buffer.from(one.tokenHash).toString('hex') === hash);
  }

  #keepFile(botUid: string, client: BotConfig['clients'][number]): void {
    const id = `file:${botUid}:${client.name}`;
    this.#fromFile.set(id, {
      id,
      botUid,
      name: client.name,
      kind: client.kind,
      url: client.url ?? null,
      tokenHash: client.kind === 'forward' ? this.#keyring.hash(client.token ?? '') : null,
      sealedToken: client.kind === 'reverse' && (client.token ?? '') !== '' ? this.#keyring.seal(client.token ?? '') : null,
      format: client.format,
      heartbeatMs: client.heartbeatMs,
      queryToken: client.queryToken,
      replayMaxEvents: client.replay.maxEvents,
      replayMaxAgeSeconds: client.replay.maxAgeSeconds,
      enabled: client.enabled,
      fromFile: true,
    });
  }
}
