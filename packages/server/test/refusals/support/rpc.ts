import { connect } from 'node:net';
import { WebSocket } from 'ws';

export type RpcMessage = Readonly<Record<string, unknown>>;

/** A JSON-RPC client over WebSocket, or over TCP where the objects follow each other. */
export interface RpcTap {
  readonly from: string;
  /** Texts as they came. */
  texts(): readonly string[];
  write(text: string | Uint8Array): void;
  call(method: string, params: unknown): Promise<string>;
  /** The next text whose object has this method. */
  heard(method: string): Promise<string>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  pause(): void;
  close(): void;
}

interface Line {
  write(text: string | Uint8Array): void;
  pause(): void;
  close(): void;
}

export async function openRpc(kind: 'ws' | 'tcp', address: string, from: string): Promise<RpcTap> {
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  let over = false;
  const arrived = (text: string) => {
    texts.push(text);
    for (const wake of waiting) wake();
  };
  const closing = Promise.withResolvers<{ code: number; reason: string }>();
  const ended = (code: number, reason: string) => {
    over = true;
    closing.resolve({ code, reason });
    for (const wake of waiting) wake();
  };
  const line = await (kind === 'ws' ? openWs(address, from, { arrived, ended }) : openTcp(address, from, { arrived, ended }));
  const find = async (wanted: (message: RpcMessage) => boolean): Promise<string> => {
    for (;;) {
      const found = texts.find((text) => wanted(JSON.parse(text) as RpcMessage));
      if (found !== undefined) return found;
      if (over) throw new Error(`closed after ${texts.join(' ')}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  let lastId = 0;
  return {
    from,
    texts: () => texts,
    ...line,
    call(method, params) {
      lastId += 1;
      const id = `call-${lastId}`;
      line.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      return find((message) => message['id'] === id);
    },
    heard: (method) => find((message) => message['method'] === method),
    closed: closing.promise,
  };
}

interface Ears {
  arrived(text: string): void;
  ended(code: number, reason: string): void;
}

function openWs(address: string, from: string, { arrived, ended }: Ears): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${address}`, { localAddress: from });
    socket.on('message', (data: Buffer) => arrived(data.toString('utf8')));
    socket.once('error', reject);
    socket.once('close', (code, reason) => ended(code, reason.toString()));
    socket.once('open', () =>
      resolve({
        write: (text) => socket.send(text, { binary: false }),
        pause: () => socket.pause(),
        close: () => socket.terminate(),
      }),
    );
  });
}

/** Every answer of the server is one line of JSON without line ends, so objects are cut at depth 0. */
function openTcp(address: string, from: string, { arrived, ended }: Ears): Promise<Line> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '', port: Number(port), localAddress: from, noDelay: true });
    let held = '';
    socket.on('data', (chunk) => {
      held += chunk.toString('utf8');
      for (let end = endOfObject(held); end > 0; end = endOfObject(held)) {
        arrived(held.slice(0, end));
        held = held.slice(end).trimStart();
      }
    });
    socket.once('error', reject);
    socket.once('close', () => ended(0, ''));
    socket.once('connect', () =>
      resolve({
        write: (text) => void socket.write(text),
        pause: () => void socket.pause(),
        close: () => socket.destroy(),
      }),
    );
  });
}

function endOfObject(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{') depth += 1;
    else if (letter === '}' && (depth -= 1) === 0) return at + 1;
  }
  return 0;
}
