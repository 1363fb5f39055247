import { type Frame, FrameDecoder, FrameWriter } from '@hufu/protocol/wkproto';
import { SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { definitionOf, type Refusal } from '@hufu/refusals';
import type { Delivery } from '../../runtime/session.ts';
import type { ClientSession, Dialect } from '../listen/client-session.ts';
import { handleConnect } from './connect.ts';
import { encodeDelivery } from './recv.ts';
import { sayRefused } from './refuse.ts';
import { handleSend } from './send.ts';
import type { ServerKeys } from './server-keys.ts';

/** What was agreed in CONNECT and CONNACK. */
export interface Agreed {
  readonly version: number;
  /** 16 ASCII characters each, as the protocol has them; the ciphers want bytes, but not before they are made. */
  readonly aesKey: string;
  readonly salt: string;
}

const DECODER = { maxFrameBytes: 1024 * 1024, side: 'server' } as const;
/** It keeps nothing between two frames. */
const WRITER = new FrameWriter();

/** One client that speaks WKProto. */
export class WkConnection implements Dialect<Frame> {
  readonly surface = 'wkproto';
  readonly session: ClientSession<Frame>;
  readonly keys: ServerKeys;
  readonly writer = WRITER;
  readonly #decoder = new FrameDecoder(DECODER);
  #agreed: Agreed | null = null;
  #cipher: SessionCipher | null = null;
  #oddLogged = false;

  constructor(session: ClientSession<Frame>, keys: ServerKeys) {
    this.session = session;
    this.keys = keys;
  }

  get version(): number {
    return this.#agreed?.version ?? 5;
  }

  /** Made at the first SEND or RECV: an idle connection needs none. */
  get cipher(): SessionCipher | null {
    if (this.#cipher === null && this.#agreed !== null)
      this.#cipher = new SessionCipher(Buffer.from(this.#agreed.aesKey, 'latin1'), Buffer.from(this.#agreed.salt, 'latin1'));
    return this.#cipher;
  }

  agree(agreed: Agreed): void {
    this.#agreed = agreed;
    this.#decoder.version = agreed.version;
  }

  /** WKProto in WebSocket text messages would break at the first byte above 127, so it is refused at once. */
  read(bytes: Buffer, isText: boolean): string | null {
    if (isText) return 'binary packets in a WebSocket text message';
    return this.#decoder.push(bytes, (frame) => this.session.intake.push(frame))?.reason ?? null;
  }

  /** The payload of a frame lies in the read buffer; one that waits takes its own along. */
  keep(frame: Frame): Frame {
    return frame.type === 'send' ? { ...frame, payload: Uint8Array.from(frame.payload) } : frame;
  }

  onFirst(frame: Frame): Promise<void> | undefined {
    if (frame.type === 'connect') return handleConnect(this, frame);
    this.refuse({ code: 'wk.protocol', evidence: { problem: `${frame.type} before CONNECT` } });
  }

  onItem(frame: Frame): Promise<void> | undefined {
    switch (frame.type) {
      case 'send':
        return handleSend(this, frame);
      case 'recvack':
        this.session.acknowledge(frame);
        return;
      case 'ping':
        this.session.say(this.writer.pong());
        return;
      default:
        this.#ignore(frame);
    }
  }

  /** A second CONNECT, DISCONNECT, SUB and the rest: WuKongIM ignores them and goes on. Logged once a connection. */
  #ignore(frame: Frame): void {
    if (this.#oddLogged) return;
    this.#oddLogged = true;
    const { deps, uid, peer } = this.session;
    deps.log.info({ uid, peer: peer.address, packet: frame.type }, 'ignored a packet that means nothing after CONNECT');
  }

  encode(delivery: Delivery): Uint8Array {
    return encodeDelivery(this, delivery);
  }

  /** Binary clients of these versions have no place for it. */
  encodeNotification(): null {
    return null;
  }

  /** WuKongIM's own words: the Chinese ones unless another device has signed in. */
  encodeEnd({ code, evidence }: Refusal): Uint8Array {
    return this.writer.disconnect(12, String(evidence?.by ?? definitionOf(code).public.zh));
  }

  refuse(refusal: Refusal): void {
    sayRefused(this, refusal, null);
  }
}
