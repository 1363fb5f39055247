import { connect, type Socket } from 'node:net';
import { createKeyPair, deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { type ConnackFrame, type Frame, FrameDecoder } from '@hufu/protocol/wkproto';

const MAX_KEPT_BYTES = 4096;

/** A minimal WKProto client over TCP for load and durability tests; the protocol itself is proved by the foreign SDKs. */
export class WkClient {
  readonly acks = new Map<number, { messageId: bigint; messageSeq: number; reasonCode: number }>();
  readonly received: Frame[] = [];
  connack: ConnackFrame | null = null;
  closed = false;
  disconnectReason = '';
  /** The first bytes that came, for who looks at the wire itself. */
  bytes = Buffer.alloc(0);
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'client' });
  readonly #keys = createKeyPair();
  #cipher: SessionCipher | null = null;
  #onConnack: (frame: ConnackFrame) => void = () => {};
  #seq = 0;

  constructor(address: string) {
    const [host = '', port = ''] = address.split(':');
    this.#socket = connect({ host, port: Number(port), noDelay: true });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
    });
    this.#socket.on('data', (bytes) => {
      if (this.bytes.length < MAX_KEPT_BYTES) this.bytes = Buffer.concat([this.bytes, bytes]);
      this.#decoder.push(bytes, (frame) => this.#onFrame(frame));
    });
  }

  async login(uid: string, token: string, deviceFlag = 0): Promise<ConnackFrame> {
    const answer = new Promise<ConnackFrame>((resolve, reject) => {
      this.#onConnack = resolve;
      this.#socket.once('close', () => reject(new Error('closed before CONNACK')));
    });
    this.#write(1, 0, [
      u8(4),
      u8(deviceFlag),
      str(`dev-${uid}`),
      str(uid),
      str(token),
      i64(Date.now()),
      str(this.#keys.publicKey),
    ]);
    const frame = await answer;
    const session = frame.serverKey === '' ? null : deriveSession(this.#keys.privateKey, frame.serverKey, frame.salt);
    if (session !== null) this.#cipher = new SessionCipher(session.key, session.iv);
    return frame;
  }

  /** Messages written so far. */
  get sent(): number {
    return this.#seq;
  }

  /** Writes a SEND and answers its clientSeq. */
  send(channelId: string, channelType: number, clientMsgNo: string, payload: string): number {
    if (this.#cipher === null) throw new Error('not logged in');
    this.#seq += 1;
    const sealed = this.#cipher.encryptBase64(Buffer.from(payload));
    const msgKey = this.#cipher.keyOf(`${this.#seq}${clientMsgNo}${channelId}${channelType}${sealed}`);
    this.#write(3, 2, [
      u8(0),
      u32(this.#seq),
      str(clientMsgNo),
      str(channelId),
      u8(channelType),
      u32(0),
      str(msgKey),
      Buffer.from(sealed),
    ]);
    return this.#seq;
  }

  /** What the server sends from now on stays in the network's buffers. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }

  #onFrame(frame: Frame): void {
    if (frame.type === 'connack') {
      this.connack = frame;
      this.#onConnack(frame);
    } else if (frame.type === 'sendack') this.acks.set(frame.clientSeq, frame);
    else if (frame.type === 'recv') {
      this.received.push({ ...frame, payload: this.#cipher?.decrypt(frame.payload) ?? new Uint8Array() });
      // What is not acknowledged comes again after a minute.
      this.#write(6, 0, [i64(frame.messageId), u32(frame.messageSeq)]);
    } else if (frame.type === 'disconnect') this.disconnectReason = frame.reason;
  }

  #write(type: number, flags: number, parts: Buffer[]): void {
    const body = Buffer.concat(parts);
    const length: number[] = [];
    let rest = body.length;
    do {
      length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      rest >>= 7;
    } while (rest > 0);
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body]));
  }
}

const u8 = (value: number) => Buffer.from([value]);
const u32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const i64 = (value: number | bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};
const str = (value: string) => {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
};
