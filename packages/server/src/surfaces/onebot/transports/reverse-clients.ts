import type { BotClient } from '../../../domain/model.ts';
import type { ClientStates } from '../client-states.ts';
import type { Connections } from '../connections.ts';
import type { OnebotDeps } from '../deps.ts';
import { dialledPeer } from './record-dial.ts';
import { isSameUrl, refuseTwin } from './twin.ts';
import { ReverseClient } from './ws-reverse.ts';

interface Dialled {
  readonly client: BotClient;
  readonly dialler: ReverseClient;
}

/** The reverse clients that are dialled: of each bot one for each address. */
export class ReverseClients {
  readonly #deps: OnebotDeps;
  readonly #connections: Connections;
  readonly #states: ClientStates;
  readonly #dialled = new Map<string, Dialled>();
  /** Clients whose last connection is being closed: only then may the next one be dialled. */
  readonly #closing = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(deps: OnebotDeps, connections: Connections, states: ClientStates) {
    this.#deps = deps;
    this.#connections = connections;
    this.#states = states;
  }

  /** Dials those wanted that are enabled and not dialled yet. */
  async dialAll(wanted: (client: BotClient) => boolean): Promise<void> {
    for (const client of await this.#deps.clients()) {
      if (!wanted(client)) continue;
      if (this.#states.get(client.id) === null) this.#states.setIdle(client);
      await this.#dial(client);
    }
  }

  /** Dials again now. */
  retry(clientId: string): void {
    this.#dialled.get(clientId)?.dialler.retry();
  }

  /** Dials again those that were refused a private address: their owner may be allowed to by now. */
  async retryPrivate(ownerUid: string): Promise<void> {
    for (const { dialler, client } of this.#dialled.values()) {
      if (dialler.state.refusal?.code !== 'net.private_target') continue;
      if ((await this.#deps.users.get(client.botUid))?.ownerUid === ownerUid) dialler.retry();
    }
  }

  /** Resolves when the peer has seen the end: a framework refuses a second connection of one bot. */
  async drop(clientId: string): Promise<void> {
    const ending = this.#dialled
      .get(clientId)
      ?.dialler.stop(1000)
      .finally(() => this.#closing.delete(clientId));
    this.#dialled.delete(clientId);
    if (ending !== undefined) this.#closing.set(clientId, ending);
    await ending;
  }

  dropBot(uid: string): void {
    for (const { client } of [...this.#dialled.values()]) if (client.botUid === uid) void this.drop(client.id);
  }

  stop(): void {
    this.#stopped = true;
    for (const { dialler } of this.#dialled.values()) void dialler.stop();
    this.#dialled.clear();
  }

  async #dial(wanted: BotClient): Promise<void> {
    const ending = this.#closing.get(wanted.id);
    await ending;
    const client = ending === undefined ? wanted : (await this.#deps.clients()).find((one) => one.id === wanted.id);
    if (client === undefined || !this.#mayDial(client)) return;
    const bot = await this.#deps.users.get(client.botUid);
    if (bot === null || bot.banned || !this.#mayDial(client)) return;
    const twin = this.#ofBot(client.botUid).find((one) => isSameUrl(one.client.url, client.url));
    if (twin !== undefined) {
      if (this.#states.get(client.id)?.state !== 'refused')
        refuseTwin({ deps: this.#deps, states: this.#states, bot, client, twin: twin.client });
      return;
    }
    const peer = dialledPeer(client);
    const dialler = new ReverseClient({
      deps: this.#deps,
      bot,
      client,
      onState: (state) => this.#states.set(client.id, state),
      heldBy: (host) => this.#heldBy(client, host),
      connect: (socket, connectionId, onClosed) =>
        this.#connections.open(bot, client, socket, { connectionId, peer, listener: 'reverse', onClosed }),
    });
    this.#dialled.set(client.id, { client, dialler });
    dialler.dialNow();
  }

  #mayDial({ id, kind, enabled }: BotClient): boolean {
    return !this.#stopped && kind === 'reverse' && enabled && !this.#dialled.has(id);
  }

  /** Another client of the bot that is connected to this host, which may refuse the bot a second time. */
  #heldBy({ id, botUid }: BotClient, host: string): string | null {
    const holder = this.#ofBot(botUid).find(
      ({ client, dialler }) =>
        client.id !== id && dialler.state.state === 'connected' && URL.parse(client.url ?? '')?.host === host,
    );
    return holder?.client.name ?? null;
  }

  #ofBot(uid: string): readonly Dialled[] {
    return [...this.#dialled.values()].filter((one) => one.client.botUid === uid);
  }
}
