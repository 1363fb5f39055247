import { isRecord, localRefusal, refusalFromRpcError, refused, success, type Result } from './result.ts';

type Params = Readonly<Record<string, unknown>>;

/** The part of the browser's WebSocket that is used, so that tests can bring their own. */
export type OpenSocket = (url: string) => WebSocket;

export interface RpcHandlers {
  readonly onOpen: () => void;
  readonly onNotification: (method: string, params: Params) => void;
  /** Once, however the connection ended. `reason` is the close frame's text. */
  readonly onClose: (code: number, reason: string) => void;
}

/** One JSON-RPC connection: made, used, gone. Reconnecting is the business of `live.ts`. */
export interface Rpc {
  call(method: string, params: Params, timeoutMs?: number): Promise<Result<Params>>;
  notify(method: string, params: Params): void;
  close(code?: number, reason?: string): void;
}

const MAX_PENDING_CALLS = 500;

interface Pending {
  readonly settle: (result: Result<Params>) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export function openRpc(url: string, open: OpenSocket, handlers: RpcHandlers): Rpc {
  const pending = new Map<string, Pending>();
  let nextId = 1;
  let ended = false;
  const socket = open(url);

  const end = (code: number, reason: string): void => {
    if (ended) return;
    ended = true;
    for (const { settle, timer } of pending.values()) {
      clearTimeout(timer);
      settle(localRefusal('client.disconnected', 'The connection was lost before the answer came.'));
    }
    pending.clear();
    handlers.onClose(code, reason);
  };

  socket.addEventListener('open', () => handlers.onOpen());
  socket.addEventListener('close', (event) => end(event.code, event.reason));
  // The browser says nothing in an error event, and a close event follows it.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('message', (event) => {
    if (ended || typeof event.data !== 'string') return;
    let message: unknown;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (!isRecord(message)) return;
    const { id, method, params } = message;
    if (typeof method === 'string') {
      handlers.onNotification(method, isRecord(params) ? params : {});
      return;
    }
    const call = typeof id === 'string' ? pending.get(id) : undefined;
    if (call === undefined || typeof id !== 'string') return;
    pending.delete(id);
    clearTimeout(call.timer);
    if (message['error'] !== undefined) call.settle(refused(refusalFromRpcError(message['error'])));
    else call.settle(success(isRecord(message['result']) ? message['result'] : {}));
  });

  return {
    call(method, params, timeoutMs = 10_000) {
      if (ended || socket.readyState !== socket.OPEN)
        return Promise.resolve(localRefusal('client.disconnected', 'There is no connection.'));
      if (pending.size >= MAX_PENDING_CALLS)
        return Promise.resolve(localRefusal('client.outbox_full', 'Too many calls are waiting for their answer.'));
      const id = String(nextId++);
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          pending.delete(id);
          resolve(localRefusal('client.timeout', 'The server did not answer in time.'));
        }, timeoutMs);
        pending.set(id, { settle: resolve, timer });
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      });
    },
    notify(method, params) {
      if (!ended && socket.readyState === socket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
    },
    close(code = 1000, reason = '') {
      if (ended) return;
      try {
        socket.close(code, reason);
      } finally {
        // A dead network can hold back the close event for minutes.
        end(code, reason);
      }
    },
  };
}
