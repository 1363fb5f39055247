import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { BotClient, Change, User } from '../../domain/model.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { CursorSaver } from '../../runtime/cursor-saver.ts';
import type { Peer } from '../listen/peer.ts';
import type { UpgradeRoute } from '../listen/upgrade.ts';
import { OnebotConnection } from './connection.ts';
import type { BotClientState, OnebotDeps } from './deps.ts';
import { BotStatus } from './status.ts';
import { forwardRoutes } from './transports/ws-forward.ts';
import { ReverseClient } from './transports/ws-reverse.ts';

export type { BotClientState, DiagnosisTarget, OnebotDeps, OnebotRefusalSeen, Verdict } from './deps.ts';

export type StateListener = (clientId: string, state: BotClientState) => void;

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
      onClosed: (code, reason) => {
        connections.delete(connection);
        status.disconnects += 1;
        where.onClosed(code, reason);
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
        if (connectionsOf(client.id).length === 0)
          setState(client.id, { state: client.enabled ? 'waiting' : 'disabled', since: deps.now(), refusal: null });
      };
      connect(bot, client, socket, { connectionId: `ob-${randomUUID()}`, peer: peer.address, listener: peer.listener, onClosed });
      setState(client.id, { state: 'connected', since: deps.now(), refusal: null });
    });
  };

  const dial = async (client: BotClient): Promise<void> => {
    if (stopped || client.kind !== 'reverse' || !client.enabled || reverse.has(client.id)) return;
    const bot = await deps.users.get(client.botUid);
    if (bot === null || bot.banned || reverse.has(client.id)) return;
    const twin = [...reverse.values()].find((one) => one.client.botUid === client.botUid && one.client.url === client.url);
    if (twin !== undefined) return refuseTwin(deps, setState, bot, client, twin.client);
    const dialler = new ReverseClient({
      deps,
      bot,
      client,
      onState: (state) => setState(client.id, state),
      connect: (socket, connectionId, onClosed) =>
        connect(bot, client, socket, { connectionId, peer: client.url ?? '', listener: 'reverse', onClosed }),
    });
    reverse.set(client.id, { client, dialler });
    dialler.dialNow();
  };

  const drop = (clientId: string): void => {
    reverse.get(clientId)?.dialler.stop(1000);
    reverse.delete(clientId);
    for (const connection of connectionsOf(clientId)) connection.close(1000, 'the client was changed');
  };

  const dialAll = async (wanted: (client: BotClient) => boolean): Promise<void> => {
    for (const client of await deps.clients()) {
      if (!wanted(client)) continue;
      if (!states.has(client.id))
        states.set(client.id, { state: client.enabled ? 'waiting' : 'disabled', since: deps.now(), refusal: null });
      await dial(client);
    }
  };
  const report = (error: unknown) => deps.events.error({ error: String(error) }, 'reverse clients could not be started');

  return {
    upgradeRoutes: forwardRoutes({ deps, accept }),
    start: () => dialAll(() => true).catch(report),
    applyChanges(changes) {
      for (const change of changes) {
        if (change.kind === 'botClient.saved' || change.kind === 'botClient.removed') {
          drop(change.client.id);
          if (change.kind === 'botClient.removed') states.delete(change.client.id);
          else
            setState(change.client.id, {
              state: change.client.enabled ? 'waiting' : 'disabled',
              since: deps.now(),
              refusal: null,
            });
          if (change.kind === 'botClient.saved') void dial(change.client).catch(report);
        } else if (change.kind === 'user.saved' && change.user.kind === 'bot') {
          const ofBot = (client: BotClient) => client.botUid === change.user.uid;
          if (!change.user.banned) void dialAll(ofBot).catch(report);
          else {
            for (const { client } of [...reverse.values()]) if (ofBot(client)) drop(client.id);
            for (const connection of [...connections])
              if (ofBot(connection.client)) connection.end({ code: 'onebot.bot_unbound' }, 1000);
          }
        }
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
      for (const { dialler } of reverse.values()) dialler.stop();
      reverse.clear();
      for (const connection of [...connections]) connection.close(1001, 'the server is stopping');
      await saver.flush();
    },
  };
}

interface Where {
  readonly connectionId: string;
  readonly peer: string;
  readonly listener: string;
  readonly onClosed: (code: number, reason: string) => void;
}

/** Two connections of one bot to one address would throw each other out for ever. */
function refuseTwin(deps: OnebotDeps, setState: StateListener, bot: User, client: BotClient, twin: BotClient): void {
  const refusal = {
    code: 'config.invalid',
    evidence: { reason: 'another client of this bot has the same address', client: twin.name },
  } as const;
  const requestId = deps.decisions.record({
    refusal,
    peer: client.url?.split('?', 1)[0] ?? '',
    listener: 'reverse',
    method: 'GET',
    path: client.name,
    botUid: bot.uid,
    ownerUid: bot.ownerUid,
    presentedToken: null,
    answer: 'not dialled',
  });
  const text = { zh: '同一个机器人已有客户端使用这个地址', en: 'Another client of this bot has the same address.' };
  setState(client.id, { state: 'refused', since: deps.now(), refusal: { code: refusal.code, requestId, text } });
}
