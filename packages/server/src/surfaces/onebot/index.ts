import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { BotClient, Change, User } from '../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { CursorSaver } from '../../runtime/cursor-saver.ts';
import type { Peer } from '../listen/peer.ts';
import type { UpgradeRoute } from '../listen/upgrade.ts';
import { type ConnectionOptions, OnebotConnection } from './connection.ts';
import type { BotClientState, OnebotDeps } from './deps.ts';
import { BotStatus } from './status.ts';
import { forwardRoutes } from './transports/ws-forward.ts';
import { isSameUrl, refuseTwin } from './transports/twin.ts';
import { dialledPeer } from './transports/record-dial.ts';
import { ReverseClient } from './transports/ws-reverse.ts';

export type { BotClientState, DiagnosisTarget, OnebotDeps, OnebotRefusalSeen, Verdict } from './deps.ts';

type StateListener = (clientId: string, state: BotClientState) => void;

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
  const saver = new CursorSaver(deps.directory, deps.events);
  const statuses = new Map<string, BotStatus>();
  const connections = new Set<OnebotConnection>();
  const reverse = new Map<string, { readonly client: BotClient; readonly dialler: ReverseClient }>();
  const closing = new Map<string, Promise<void>>();
  const states = new Map<string, BotClientState>();
  const listeners = new Set<StateListener>();
  let stopped = false;

  const statusOf = (uid: string): BotStatus => {
    const known = statuses.get(uid) ?? new BotStatus(deps.now());
    statuses.set(uid, known);
    return known;
  };
  const setState = (clientId: string, state: BotClientState): void => {
    states.set(clientId, state);
    for (const listener of listeners) listener(clientId, state);
  };
  const connectionsOf = (clientId: string) => [...connections].filter((one) => one.client.id === clientId);

  const connect = (bot: User, client: BotClient, socket: WebSocket, where: Where): OnebotConnection => {
    const status = statusOf(bot.uid);
    const connection = new OnebotConnection(socket, {
      deps,
      saver,
      status,
      bot,
      client,
      ...where,
      onClosed: (code, reason, ended) => {
        connections.delete(connection);
        status.disconnects += 1;
        where.onClosed(code, reason, ended);
      },
    });
    connections.add(connection);
    connection.open();
    return connection;
  };

  const accept = (bot: User, client: BotClient, peer: Peer): Outcome<(socket: WebSocket) => void> => {
    if (stopped) return refuse('srv.draining');
    if (connectionsOf(client.id).length >= MAX_CONNECTIONS_PER_CLIENT)
      return refuse('limit.connections', { limit: MAX_CONNECTIONS_PER_CLIENT }, 10);
    return ok((socket) => {
      const onClosed = () => {
        // A change of the client has told its state already.
        if (connectionsOf(client.id).length === 0 && states.get(client.id)?.state === 'connected')
          setState(client.id, idleState(deps, client));
      };
      connect(bot, client, socket, { connectionId: `ob-${randomUUID()}`, peer: peer.address, listener: peer.listener, onClosed });
      setState(client.id, { state: 'connected', since: deps.now(), refusal: null });
    });
  };

  const dial = async (wanted: BotClient): Promise<void> => {
    const ending = closing.get(wanted.id);
    await ending;
    const client = ending === undefined ? wanted : (await deps.clients()).find((one) => one.id === wanted.id);
    if (stopped || client === undefined || client.kind !== 'reverse' || !client.enabled || reverse.has(client.id)) return;
    const bot = await deps.users.get(client.botUid);
    if (bot === null || bot.banned || stopped || reverse.has(client.id)) return;
    const twin = [...reverse.values()].find(
      (one) => one.client.botUid === client.botUid && isSameUrl(one.client.url, client.url),
    );
    if (twin !== undefined) {
      if (states.get(client.id)?.state !== 'refused') refuseTwin({ deps, setState, bot, client, twin: twin.client });
      return;
    }
    const dialler = new ReverseClient({
      deps,
      bot,
      client,
      onState: (state) => setState(client.id, state),
      heldBy: (host) => heldBy(client, host),
      connect: (socket, connectionId, onClosed) =>
        connect(bot, client, socket, { connectionId, peer: dialledPeer(client), listener: 'reverse', onClosed }),
    });
    reverse.set(client.id, { client, dialler });
    dialler.dialNow();
  };

  /** Another client of the bot that is connected to this host, which may refuse the bot a second time. */
  const heldBy = (client: BotClient, host: string): string | null => {
    const others = [...reverse.values()].filter((one) => one.client.botUid === client.botUid && one.client.id !== client.id);
    const holder = others.find(
      (one) => one.dialler.state.state === 'connected' && URL.parse(one.client.url ?? '')?.host === host,
    );
    return holder?.client.name ?? null;
  };

  /** Resolves when the peer has seen the end: a framework refuses a second connection of one bot. */
  const drop = async (clientId: string): Promise<void> => {
    const ending = reverse
      .get(clientId)
      ?.dialler.stop(1000)
      .finally(() => closing.delete(clientId));
    reverse.delete(clientId);
    for (const connection of connectionsOf(clientId)) connection.close(1000, 'the client was changed');
    if (ending !== undefined) closing.set(clientId, ending);
    await ending;
  };

  const dialAll = async (wanted: (client: BotClient) => boolean): Promise<void> => {
    for (const client of await deps.clients()) {
      if (!wanted(client)) continue;
      if (!states.has(client.id)) setState(client.id, idleState(deps, client));
      await dial(client);
    }
  };
  const report = (error: unknown) => deps.events.error({ error: String(error) }, 'reverse clients could not be started');

  const onClientChange = async (client: BotClient, removed: boolean): Promise<void> => {
    const dropped = drop(client.id);
    if (removed) states.delete(client.id);
    else setState(client.id, idleState(deps, client));
    await dropped;
    // Also those whose place at an address has become free.
    await dialAll((one) => one.botUid === client.botUid);
  };

  const onUserChange = async (user: User): Promise<void> => {
    if (user.kind !== 'bot') {
      // What its owner may dial decides about a bot's private addresses.
      for (const { dialler, client } of reverse.values()) {
        if (dialler.state.refusal?.code !== 'net.private_target') continue;
        if ((await deps.users.get(client.botUid))?.ownerUid === user.uid) dialler.retry();
      }
      return;
    }
    if (!user.banned) return dialAll((client) => client.botUid === user.uid);
    // Told first: the first close of a socket is the one that its peer hears.
    for (const connection of [...connections])
      if (connection.client.botUid === user.uid) connection.end({ code: 'onebot.bot_unbound', evidence: { banned: true } }, 1000);
    for (const { client } of [...reverse.values()]) if (client.botUid === user.uid) void drop(client.id);
  };

  return {
    upgradeRoutes: forwardRoutes({ deps, accept }),
    start: () => dialAll(() => true).catch(report),
    applyChanges(changes) {
      for (const change of changes) {
        if (change.kind === 'botClient.saved' || change.kind === 'botClient.removed')
          void onClientChange(change.client, change.kind === 'botClient.removed').catch(report);
        else if (change.kind === 'user.saved') void onUserChange(change.user).catch(report);
      }
    },
    retry: (clientId) => reverse.get(clientId)?.dialler.retry(),
    stateOf: (clientId) => states.get(clientId) ?? null,
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      stopped = true;
      for (const { dialler } of reverse.values()) void dialler.stop();
      reverse.clear();
      const open = [...connections];
      for (const connection of open) connection.close(1001, 'the server is stopping');
      // With its goodbye a peer says that it has read all events; who says nothing is cut off after a second.
      await Promise.all(open.map((connection) => connection.closed));
      await saver.flush();
    },
  };
}

type Where = Pick<ConnectionOptions, 'connectionId' | 'peer' | 'listener' | 'onClosed'>;

function idleState(deps: OnebotDeps, client: BotClient): BotClientState {
  return { state: client.enabled ? 'waiting' : 'disabled', since: deps.now(), refusal: null };
}
