import { connect, createServer } from 'node:net';

export interface WireTap {
  readonly port: number;
  /** Every byte that was sent towards the listener so far, as Latin-1. */
  heard(): string;
  close(): void;
}

/** Listens on a port of its own and passes everything to `targetPort` on this machine and back; what the caller says is written down. */
export async function tapWire(targetPort: number): Promise<WireTap> {
  let heard = '';
  const server = createServer((caller) => {
    const target = connect({ host: '127.0.0.1', port: targetPort });
    caller.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    caller.pipe(target).pipe(caller);
    const end = () => {
      caller.destroy();
      target.destroy();
    };
    for (const socket of [caller, target]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A failed test that forgets it must not keep the process.
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard: () => heard,
    close: () => server.close(),
  };
}
