import { once } from 'node:events';
import { WebSocket } from 'ws';

export type Params = Record<string, unknown>;

export interface Answer {
  readonly id: string | number | null;
  readonly result?: Params;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly reason: string; readonly requestId: string };
  };
}

/** A JSON-RPC client over WebSocket that keeps what it hears. */
export class RpcClient {
  readonly recvs: Params[] = [];
  readonly answers: Answer[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly ws: WebSocket;
  #nextId = 1;
  #changed: () => void = () => {};

  static async open(server: { readonly ws: string }): Promise<RpcClient> {
    const client = new RpcClient(new WebSocket(server.ws, { perMessageDeflate: false }));
    await once(client.ws, 'open');
    return client;
  }

  static async login(server: { readonly ws: string }, params: Params & { readonly uid: string }): Promise<RpcClient> {
    const client = await RpcClient.open(server);
    const answer = await client.call('connect', {
      token: '',
      deviceId: 'rpc',
      deviceFlag: 1,
      clientTimestamp: Date.now(),
      ...params,
    });
    if (answer.error !== undefined) throw new Error(`not let in: ${answer.error.message}`);
    return client;
  }

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => {});
    ws.on('message', (data, isBinary) => {
      if (isBinary || !Buffer.isBuffer(data)) throw new Error('JSON-RPC came in a binary message');
      const message = JSON.parse(data.toString()) as Answer & { method?: string; params?: Params };
      if (message.method === 'recv' && message.params !== undefined) this.recvs.push(message.params);
      else if (message.method === undefined) this.answers.push(message);
      this.#changed();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#changed();
    });
  }

  async call(method: string, params: Params): Promise<Answer> {
    const id = `c${this.#nextId++}`;
    this.ws.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    await this.until(() => this.closed !== null || this.answers.some((answer) => answer.id === id));
    const answer = this.answers.find((one) => one.id === id);
    if (answer === undefined) throw new Error(`no answer to ${method}`);
    return answer;
  }

  notify(method: string, params: Params): void {
    this.ws.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** Resolves when it is so, or when patience ends: a test then shows what is missing. */
  async until(isSo: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(5000);
    while (!isSo() && !late.aborted) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  end(): void {
    this.ws.terminate();
  }
}
