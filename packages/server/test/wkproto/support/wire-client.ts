import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Frame, FrameDecoder } from '@hufu/protocol/wkproto';
import { deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { WebSocket } from 'ws';
import { Transcript } from './lines.ts';

export interface WireClientOptions {
  readonly transport: 'tcp' | 'ws';
  readonly address: string;
  /** What the client will say in CONNECT; its layout decides how answers are read. */
  readonly version: number;
  readonly clientTimestamp: bigint;
  readonly privateKey: KeyObject;
  readonly patienceMs?: number;
}

/** A client that says exactly the bytes it is given and keeps what it hears. Over WebSocket it insists on one frame a message. */
export class WireClient {
  readonly transcript: Transcript;
  cipher: SessionCipher | null = null;
  closed = false;
  readonly #options: WireClientOptions;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'client' });
  readonly #socket: Socket | null;
  readonly #ws: WebSocket | null;
  #changed: () => void = () => {};

  constructor(options: WireClientOptions) {
    this.#options = options;
    this.transcript = new Transcript(options.clientTimestamp);
    this.#decoder.version = Math.min(Math.max(options.version, 1), 5);
    if (options.transport === 'tcp') {
      const [host = '', port = ''] = options.address.split(':');
      this.#socket = connect({ host, port: Number(port), noDelay: true });
      this.#socket.on('error', () => {});
      this.#socket.on('data', (bytes) => this.#onTcp(bytes));
      this.#socket.on('close', () => this.#onClose());
      this.#ws = null;
    } else {
      this.#socket = null;
      this.#ws = new WebSocket(options.address, { perMessageDeflate: false });
      this.#ws.on('error', () => {});
      this.#ws.on('message', (data, isBinary) => this.#onMessage(Buffer.isBuffer(data) ? data : Buffer.alloc(0), isBinary));
      this.#ws.on('close', (code, reason) => {
        if (code !== 1005 && code !== 1006) this.transcript.wsClose(code, reason.toString());
        this.#onClose();
      });
    }
  }

  async opened(): Promise<void> {
    if (this.#ws?.readyState === WebSocket.CONNECTING) await once(this.#ws, 'open');
    if (this.#socket?.connecting === true) await once(this.#socket, 'connect');
  }

  write(bytes: Uint8Array, options: { text?: boolean; fin?: boolean } = {}): void {
    this.#socket?.write(bytes);
    if (this.#ws?.readyState === WebSocket.OPEN)
      this.#ws.send(bytes, { binary: options.text !== true, fin: options.fin ?? true });
  }

  wsPing(data: Buffer): Promise<void> {
    const pong = new Promise<void>((resolve) => this.#ws?.once('pong', () => resolve()));
    this.#ws?.ping(data);
    return pong;
  }

  wsClose(code: number): void {
    this.#ws?.close(code);
  }

  /** Resolves when at least that many lines were heard. */
  heard(count: number): Promise<void> {
    return this.until(() => this.transcript.lines.length >= count);
  }

  /** Resolves when it is so, or when patience ends: a test then shows what is missing. */
  async until(isSo: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(this.#options.patienceMs ?? 5000);
    while (!isSo() && !late.aborted) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Handed over and not yet taken by the machine: what the server does not read stays here. */
  get unsentBytes(): number {
    return this.#socket?.writableLength ?? this.#ws?.bufferedAmount ?? 0;
  }

  stopReading(): void {
    this.#socket?.pause();
    this.#ws?.pause();
  }

  halfClose(): void {
    this.#socket?.end();
  }

  end(): void {
    this.#socket?.destroy();
    this.#ws?.terminate();
  }

  #onTcp(bytes: Buffer): void {
    if (bytes[0] === 0x7b) this.transcript.text(bytes.toString('utf8'));
    else
      assert.equal(
        this.#decoder.push(bytes, (frame) => this.#onFrame(frame)),
        null,
      );
    this.#changed();
  }

  #onMessage(bytes: Buffer, isBinary: boolean): void {
    if (isBinary) {
      let frames = 0;
      const error = this.#decoder.push(bytes, (frame) => {
        frames += 1;
        this.#onFrame(frame);
      });
      assert.deepEqual([error, frames, this.#decoder.heldBytes], [null, 1, 0], 'one WebSocket message is one frame');
    } else this.transcript.text(bytes.toString('utf8'));
    this.#changed();
  }

  #onFrame(frame: Frame): void {
    if (frame.type === 'connack' && frame.serverKey !== '') {
      const session = deriveSession(this.#options.privateKey, frame.serverKey, frame.salt);
      assert.ok(session, 'the server key is usable');
      this.cipher = new SessionCipher(session.key, session.iv);
    }
    this.transcript.frame(frame, this.cipher);
  }

  #onClose(): void {
    this.closed = true;
    this.transcript.closed();
    this.#changed();
  }
}

/** The fixed keys of the recorded clients: 32 consecutive bytes from `first` on. */
export function fixedKey(first: number): KeyObject {
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const raw = Buffer.from(Array.from({ length: 32 }, (_, index) => first + index));
  return createPrivateKey({ key: Buffer.concat([head, raw]), format: 'der', type: 'pkcs8' });
}
