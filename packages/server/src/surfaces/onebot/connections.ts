import type { WebSocket } from 'ws';
import type { BotClient, User } from '../../domain/model.ts';
import { CursorSaver } from '../../runtime/cursor-saver.ts';
import { type ConnectionOptions, OnebotConnection } from './connection.ts';
import type { OnebotDeps } from './deps.ts';
import { BotStatus } from './status.ts';

/** Where a connection came from, or went to. */
export type Where = Pick<ConnectionOptions, 'connectionId' | 'peer' | 'listener' | 'onClosed'>;

/** The open connections of all bots, whichever side dialled, and the counters of each bot. */
export class Connections {
  readonly #deps: OnebotDeps;
  readonly #saver: CursorSaver;
  readonly #open = new Set<OnebotConnection>();
  readonly #statuses = new Map<string, BotStatus>();

  constructor(deps: OnebotDeps) {
    this.#deps = deps;
    this.#saver = new CursorSaver(deps.directory, deps.events);
  }

  open(bot: User, client: BotClient, socket: WebSocket, where: Where): OnebotConnection {
    const status = this.#statusOf(bot.uid);
    const connection = new OnebotConnection(socket, {
      deps: this.#deps,
      saver: this.#saver,
      status,
      bot,
      client,
      ...where,
      onClosed: (code, reason, ended) => {
        this.#open.delete(connection);
        status.disconnects += 1;
        where.onClosed(code, reason, ended);
      },
    });
    this.#open.add(connection);
    connection.open();
    return connection;
  }

  ofClient(clientId: string): readonly OnebotConnection[] {
    return [...this.#open].filter((one) => one.client.id === clientId);
  }

  ofBot(uid: string): readonly OnebotConnection[] {
    return [...this.#open].filter((one) => one.bot.uid === uid);
  }

  /** Closes all. With its goodbye a peer says that it has read all events; who says nothing is cut off after a second. */
  async stop(): Promise<void> {
    const open = [...this.#open];
    for (const connection of open) connection.close(1001, 'the server is stopping');
    await Promise.all(open.map((connection) => connection.closed));
    await this.#saver.flush();
  }

  #statusOf(uid: string): BotStatus {
    const known = this.#statuses.get(uid) ?? new BotStatus(this.#deps.now());
    this.#statuses.set(uid, known);
    return known;
  }
}
