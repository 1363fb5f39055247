import type { BotConfig } from '../config/schema.ts';
import { presetOf } from '../domain/bots/presets.ts';
import type { BotClient } from '../domain/model.ts';
import type { Bus, Directory } from '../domain/ports.ts';
import { ok, type Outcome, refuse } from '../kernel/outcome.ts';
import type { Keyring } from '../policy/credentials/keyring.ts';

/** The clients of all bots, from hufu.yaml and the store; of two with one name, the one of the file counts. */
export class BotClients {
  readonly #keyring: Keyring;
  readonly #fromFile = new Map<string, BotClient>();
  readonly #stored = new Map<string, BotClient>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** Reads both; `onChanged` is called each time the list has changed. */
  async load(
    bots: readonly BotConfig[],
    ports: { readonly directory: Directory; readonly bus: Bus },
    onChanged: () => void,
  ): Promise<Outcome<void>> {
    const { directory, bus } = ports;
    for (const bot of bots) {
      const made = await directory.ensureUser({ uid: bot.uid, kind: 'bot', name: bot.name });
      if (!made.ok) return made;
      if (made.value.value.kind !== 'bot')
        return refuse('config.invalid', { key: 'bots', reason: `${bot.uid} is the account of a ${made.value.value.kind}` });
      bus.publishChanges(made.value.changes);
      for (const client of bot.clients) this.#keepFile(bot.uid, client);
    }
    for (const client of await directory.botClients()) this.#stored.set(client.id, client);
    onChanged();
    bus.onChanges((changes) => {
      for (const change of changes) {
        if (change.kind === 'botClient.saved') this.#stored.set(change.client.id, change.client);
        else if (change.kind === 'botClient.removed') this.#stored.delete(change.client.id);
        else continue;
        onChanged();
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
      preset: presetOf(client.preset ?? null),
      ...(client.asyncRetcode === undefined ? {} : { asyncRetcode: client.asyncRetcode }),
      ...(client.actions === undefined ? {} : { actions: client.actions }),
      replayMaxEvents: client.replay.maxEvents,
      replayMaxAgeSeconds: client.replay.maxAgeSeconds,
      enabled: client.enabled,
      fromFile: true,
    });
  }
}
