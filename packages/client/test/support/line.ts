import { connect, createServer, type Socket } from 'node:net';

/** A wire between client and server that can be cut, so that a real server's answers get lost. */
export interface Line {
  /** `http://127.0.0.1:<port>`, as the server's own address but through this line. */
  readonly url: string;
  /** Ends every connection. */
  cut(): void;
  /** From now on no byte of the server arrives, on old connections and new ones; what the client sends does. */
  mute(): void;
  /** From now on new connections are ended at once. */
  close(): void;
  /** Everything passes again. */
  open(): void;
  end(): Promise<void>;
}

export async function layLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let muted = false;
  let closed = false;
  const server = createServer((near) => {
    if (closed) return void near.destroy();
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    const drop = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', drop).on('close', drop);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => muted || near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = (): void => {
    for (const [near, far] of [...pairs]) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    cut,
    mute: () => {
      muted = true;
    },
    close: () => {
      closed = true;
    },
    open: () => {
      muted = false;
      closed = false;
    },
    async end() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
