import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { BotClient, Change, User } from '../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Peer } from '../listen/peer.ts';
import type { UpgradeRoute } from '../listen/upgrade.ts';
import { ClientStates, type StateListener } from './client-states.ts';
import { Connections } from './connections.ts';
import type { BotClientState, OnebotDeps } from './deps.ts';
import { ReverseClients } from './transports/reverse-clients.ts';
import { forwardRoutes } from './transports/ws-forward.ts';

export type { BotClientState, DiagnosisTarget, OnebotDeps, OnebotRefusalSeen, Verdict } from './deps.ts';

export interface OnebotSurface {
  /** For the OneBot listener and the HTTP one; the first is `/`, which only the OneBot listener should serve. */
  readonly upgradeRoutes: readonly UpgradeRoute[];
  /** Dials all enabled reverse clients. */
  start(): Promise<void>;
  applyChanges(changes: readonly Change[]): void;
  /** Dials again now. */
  retry(clientId: string): void;
  stateOf(clientId: string): BotClientState | null;
  onState(listener: StateListener): () => void;
  stop(): Promise<void>;
}

const MAX_CONNECTIONS_PER_CLIENT = 16;

/** OneBot v11 over WebSocket, both ways: frameworks that dial us, and frameworks that we dial. */
export function createOnebotSurface(deps: OnebotDeps): OnebotSurface {
  const states = new ClientStates(() => deps.now());
  const connections = new Connections(deps);
  const reverse = new ReverseClients(deps, connections, states);
  let stopped = false;

  /** A framework has dialled us with the token of `client`. */
  function accept(bot: User, client: BotClient, peer: Peer): Outcome<(socket: WebSocket) => void> {
    if (stopped) return refuse('srv.draining');
    if (connections.ofClient(client.id).length >= MAX_CONNECTIONS_PER_CLIENT)
      return refuse('limit.connections', { limit: MAX_CONNECTIONS_PER_CLIENT }, 10);
    const onClosed = () => {
      // A change of the client has told its state already.
      if (connections.ofClient(client.id).length === 0 && states.get(client.id)?.state === 'connected') states.setIdle(client);
    };
    return ok((socket) => {
      const where = { connectionId: `ob-${randomUUID()}`, peer: peer.address, listener: peer.listener, onClosed };
      connections.open(bot, client, socket, where);
      states.setConnected(client.id);
    });
  }

  async function onClientChange(client: BotClient, removed: boolean): Promise<void> {
    const dropped = reverse.drop(client.id);
    for (const connection of connections.ofClient(client.id)) connection.close(1000, 'the client was changed');
    if (removed) states.forget(client.id);
    else states.setIdle(client);
    await dropped;
    // Also those whose place at an address has become free.
    await reverse.dialAll((one) => one.botUid === client.botUid);
  }

  async function onUserChange(user: User): Promise<void> {
    // What its owner may dial decides about a bot's private addresses.
    if (user.kind !== 'bot') return reverse.retryPrivate(user.uid);
    if (!user.banned) return reverse.dialAll((client) => client.botUid === user.uid);
    // Told first: the first close of a socket is the one that its peer hears.
    for (const connection of connections.ofBot(user.uid))
      connection.end({ code: 'onebot.bot_unbound', evidence: { banned: true } }, 1000);
    reverse.dropBot(user.uid);
  }

  async function onChange(change: Change): Promise<void> {
    if (change.kind === 'botClient.saved') return onClientChange(change.client, false);
    if (change.kind === 'botClient.removed') return onClientChange(change.client, true);
    if (change.kind === 'user.saved') return onUserChange(change.user);
  }

  const report = (error: unknown) => deps.events.error({ error: String(error) }, 'reverse clients could not be started');
  return {
    upgradeRoutes: forwardRoutes({ deps, accept }),
    start: () => reverse.dialAll(() => true).catch(report),
    applyChanges(changes) {
      for (const change of changes) void onChange(change).catch(report);
    },
    retry: (clientId) => reverse.retry(clientId),
    stateOf: (clientId) => states.get(clientId),
    onState: (listener) => states.onChange(listener),
    async stop() {
      stopped = true;
      reverse.stop();
      await connections.stop();
    },
  };
}
