import { encodeFrame, type SendFrame } from '@hufu/protocol/wkproto';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import { WireClient } from './wire-client.ts';

export interface Login {
  readonly uid: string;
  readonly transport?: 'tcp' | 'ws';
  readonly version?: number;
  readonly deviceFlag?: number;
  readonly deviceId?: string;
  readonly token?: string;
}

export interface Words {
  readonly to: string;
  readonly type?: number;
  readonly no: string;
  readonly text?: string;
  readonly flags?: number;
  readonly setting?: number;
  readonly topic?: string;
  readonly expire?: number;
}

/** A binary client with short words for what chat clients do. */
export class Chat {
  readonly wire: WireClient;
  readonly version: number;
  #clientSeq = 0;

  /** Connected, CONNECT is said; whether it is let in is not waited for. */
  static async open(server: { readonly tcp: string; readonly ws: string }, login: Login): Promise<Chat> {
    const { transport = 'tcp', version = 5 } = login;
    const keys = createKeyPair();
    const address = transport === 'tcp' ? server.tcp : server.ws;
    const wire = new WireClient({
      transport,
      address,
      version,
      clientTimestamp: 1_700_000_000_000n,
      privateKey: keys.privateKey,
    });
    await wire.opened();
    wire.write(connectBytes(login, keys.publicKey));
    return new Chat(wire, version);
  }

  static async login(server: { readonly tcp: string; readonly ws: string }, login: Login): Promise<Chat> {
    const chat = await Chat.open(server, login);
    await chat.wire.heard(1);
    if (chat.lines[0]?.startsWith('CONNACK 1 ') !== true) throw new Error(`not let in: ${chat.lines[0] ?? 'no answer'}`);
    return chat;
  }

  constructor(wire: WireClient, version: number) {
    this.wire = wire;
    this.version = version;
  }

  get lines(): readonly string[] {
    return this.wire.transcript.lines;
  }

  /** The bytes of a sealed SEND. */
  sealed(words: Words): Uint8Array {
    const { cipher } = this.wire;
    if (cipher === null) throw new Error('not logged in');
    this.#clientSeq += 1;
    const head = { clientSeq: this.#clientSeq, clientMsgNo: words.no, channelId: words.to, channelType: words.type ?? 1 };
    const payload = cipher.encryptBase64(Buffer.from(words.text ?? `{"type":1,"content":"${words.no}"}`));
    const frame: SendFrame = {
      type: 'send',
      ...head,
      flags: words.flags ?? 0,
      setting: (words.setting ?? 0) | (words.topic === undefined ? 0 : 8),
      streamNo: '',
      expire: words.expire ?? 0,
      msgKey: cipher.sendKey(head, payload),
      topic: words.topic ?? '',
      payload: Buffer.from(payload),
    };
    return encodeFrame(frame, this.version);
  }

  say(words: Words): void {
    this.wire.write(this.sealed(words));
  }

  acknowledge(messageId: bigint, messageSeq: number, flags = 0): void {
    this.wire.write(encodeFrame({ type: 'recvack', flags, messageId, messageSeq }, this.version));
  }

  ping(): void {
    this.wire.write(Buffer.from([0x70]));
  }

  /** Everything that the server had to say before its answer to a PING; true when it answered. */
  async settled(): Promise<boolean> {
    const before = this.count('PONG');
    this.ping();
    await this.wire.until(() => this.wire.closed || this.count('PONG') > before);
    return this.count('PONG') > before;
  }

  count(start: string): number {
    return this.lines.filter((line) => line.startsWith(start)).length;
  }
}

export function connectBytes(login: Login, clientKey: string): Uint8Array {
  const { uid, version = 5, deviceFlag = 1, deviceId = 'device', token = '' } = login;
  const clientTimestamp = 1_700_000_000_000n;
  return encodeFrame({ type: 'connect', version, deviceFlag, deviceId, uid, token, clientTimestamp, clientKey }, version);
}
