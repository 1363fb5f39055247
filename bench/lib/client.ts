import { connect, type Socket } from 'node:net';
import { encodeFrame, type Frame, FrameDecoder, type RecvFrame, type SendackFrame } from '@hufu/protocol/wkproto';
import { createKeyPair, deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';

const VERSION = 5;
const PERSON = 1;
/** One for all clients: the other half of the key agreement is the server's work, not ours. */
const keys = createKeyPair();
/** Reads of all connections land here and are worked off at once. */
const landing = Buffer.allocUnsafeSlow(64 * 1024);

export interface ClientEvents {
  onAck(client: Client, ack: SendackFrame): void;
  onRecv(client: Client, recv: RecvFrame): void;
}

/** One WKProto connection of the load generator: encrypted, acknowledges what it receives, one write a tick. */
export class Client {
  readonly uid: string;
  /** Of the last SEND. */
  clientSeq = 0;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'client' });
  readonly #events: ClientEvents;
  readonly #payload: Uint8Array;
  #cipher: SessionCipher | null = null;
  #sealed = '';
  #out: Uint8Array[] = [];

  /** Connects and logs in; every message of this client carries `payload`. */
  static open(address: string, who: { uid: string; token: string; payload: Uint8Array }, events: ClientEvents): Promise<Client> {
    return new Promise((resolve, reject) => {
      const [host = '', port = ''] = address.split(':');
      const client: Client = new Client(who.uid, who.payload, events, {
        host,
        port: Number(port),
        onConnack: (frame) => (client.#enter(frame) ? resolve(client) : reject(new Error(`CONNACK ${JSON.stringify(frame)}`))),
        onLost: (error) => reject(error),
      });
      client.#push({
        type: 'connect',
        version: VERSION,
        deviceFlag: 0,
        deviceId: 'bench',
        uid: who.uid,
        token: who.token,
        clientTimestamp: 0n,
        clientKey: keys.publicKey,
      });
    });
  }

  private constructor(
    uid: string,
    payload: Uint8Array,
    events: ClientEvents,
    link: { host: string; port: number; onConnack(frame: Frame): void; onLost(error: Error): void },
  ) {
    this.uid = uid;
    this.#payload = payload;
    this.#events = events;
    const onFrame = (frame: Frame): void => (frame.type === 'connack' ? link.onConnack(frame) : this.#onFrame(frame));
    const onread = {
      buffer: landing,
      callback: (length: number) => {
        if (this.#decoder.push(landing.subarray(0, length), onFrame) !== null) throw new Error('the server sent no WKProto');
        return true;
      },
    };
    this.#socket = connect({ host: link.host, port: link.port, noDelay: true, onread });
    this.#socket.once('error', link.onLost);
  }

  /** Sends to a person; answers the clientSeq. */
  send(channelId: string, clientMsgNo: string): number {
    if (this.#cipher === null) throw new Error('not logged in');
    this.clientSeq += 1;
    const head = { clientSeq: this.clientSeq, clientMsgNo, channelId, channelType: PERSON };
    const msgKey = this.#cipher.sendKey(head, this.#sealed);
    const rest = { flags: 2, setting: 0, streamNo: '', expire: 0, topic: '' };
    this.#push({ type: 'send', ...head, ...rest, msgKey, payload: Buffer.from(this.#sealed, 'latin1') });
    return this.clientSeq;
  }

  /** Whether the payload of a RECV is what the senders of this run send. */
  reads(recv: RecvFrame): boolean {
    const plain = this.#cipher?.decrypt(recv.payload) ?? null;
    return plain !== null && Buffer.compare(plain, this.#payload) === 0;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The IV is the session's, so the same payload is the same ciphertext for as long as it lasts. */
  #enter(frame: Frame): boolean {
    if (frame.type !== 'connack' || frame.reasonCode !== 1) return false;
    const session = deriveSession(keys.privateKey, frame.serverKey, frame.salt);
    if (session === null) return false;
    this.#cipher = new SessionCipher(session.key, session.iv);
    this.#sealed = this.#cipher.encryptBase64(this.#payload);
    return true;
  }

  #onFrame(frame: Frame): void {
    if (frame.type === 'sendack') this.#events.onAck(this, frame);
    else if (frame.type === 'recv') {
      this.#push({ type: 'recvack', flags: frame.flags, messageId: frame.messageId, messageSeq: frame.messageSeq });
      this.#events.onRecv(this, frame);
    } else throw new Error(`${this.uid} hears ${frame.type}`);
  }

  #push(frame: Frame): void {
    if (this.#out.length === 0) setImmediate(() => this.#flush());
    this.#out.push(encodeFrame(frame, VERSION));
  }

  #flush(): void {
    const frames = this.#out;
    this.#out = [];
    this.#socket.write(Buffer.concat(frames));
  }
}
