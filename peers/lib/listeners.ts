import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Program, startProgram } from './program.ts';

/** A bare TCP listener on a port of its own that does one thing to whoever comes. */
export async function listenTcp(onSocket: (socket: Socket) => void): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * A port that drops each SYN, without a firewall: a listener whose queue of one is full, and that never accepts. Loopback is no
 * exception to Linux' rule that further ones are then dropped in silence.
 */
export async function listenDeaf(): Promise<{ readonly port: number; readonly program: Program }> {
  const script = [
    'import socket, sys, time',
    'listener = socket.socket()',
    "listener.bind(('127.0.0.1', 0))",
    'listener.listen(0)',
    'waiting = [socket.create_connection(listener.getsockname(), 1)]',
    'for _ in range(3):',
    '    one = socket.socket()',
    '    one.setblocking(False)',
    '    one.connect_ex(listener.getsockname())',
    '    waiting.append(one)',
    "print('deaf on', listener.getsockname()[1], flush=True)",
    'time.sleep(600)',
  ].join('\n');
  const program = await startProgram({
    name: 'deaf',
    files: [{ path: 'deaf.py', content: script }],
    command: 'python3',
    args: ['deaf.py'],
    ready: /deaf on \d+/,
  });
  return { port: Number(/deaf on (\d+)/.exec(program.output())?.[1]), program };
}
