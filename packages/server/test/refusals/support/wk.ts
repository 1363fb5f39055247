import { connect } from 'node:net';
import { createKeyPair, deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { WebSocket } from 'ws';

/** A WKProto client that is built from the specification, byte by byte, and keeps what it got as bytes. */
export interface WkTap {
  readonly kind: 'tcp' | 'ws';
  readonly from: string;
  /** Everything that came. Over WebSocket, each message is one entry; over TCP, all bytes are one. */
  received(): Buffer;
  messages(): readonly Buffer[];
  write(bytes: Uint8Array): void;
  pause(): void;
  /** Resolves with code and reason when the other side has closed; TCP has neither. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
  /** Waits until at least so many bytes are there. */
  until(bytes: number): Promise<Buffer>;
}

export function openTap(kind: 'tcp' | 'ws', address: string, from: string): Promise<WkTap> {
  return kind === 'tcp' ? openTcp(address, from) : openWs(address, from);
}

/** Calls `wake` whenever more has come, and gives up when the connection ends. */
function gathering() {
  const chunks: Buffer[] = [];
  let wake: () => void = () => {};
  let over = false;
  return {
    chunks,
    add(chunk: Buffer) {
      chunks.push(chunk);
      wake();
    },
    end() {
      over = true;
      wake();
    },
    async until(bytes: number): Promise<Buffer> {
      while (Buffer.concat(chunks).length < bytes) {
        if (over) throw new Error(`the connection ended after ${Buffer.concat(chunks).toString('latin1')}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return Buffer.concat(chunks);
    },
  };
}

function openTcp(address: string, from: string): Promise<WkTap> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '', port: Number(port), localAddress: from, noDelay: true });
    const got = gathering();
    socket.on('data', got.add);
    socket.once('error', reject);
    const closed = new Promise<{ code: number; reason: string }>((done) =>
      socket.once('close', () => {
        got.end();
        done({ code: 0, reason: '' });
      }),
    );
    socket.once('connect', () =>
      resolve({
        kind: 'tcp',
        from,
        received: () => Buffer.concat(got.chunks),
        messages: () => got.chunks,
        write: (bytes) => void socket.write(bytes),
        pause: () => void socket.pause(),
        closed,
        close: () => socket.destroy(),
        until: got.until,
      }),
    );
  });
}

function openWs(address: string, from: string): Promise<WkTap> {
  const url = address.includes('/') ? `ws://${address}` : `ws://${address}/`;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { localAddress: from });
    const got = gathering();
    socket.on('message', (data: Buffer) => got.add(data));
    socket.once('error', reject);
    const closed = new Promise<{ code: number; reason: string }>((done) =>
      socket.once('close', (code, reason) => {
        got.end();
        done({ code, reason: reason.toString() });
      }),
    );
    socket.once('open', () =>
      resolve({
        kind: 'ws',
        from,
        received: () => Buffer.concat(got.chunks),
        messages: () => got.chunks,
        write: (bytes) => socket.send(bytes),
        pause: () => socket.pause(),
        closed,
        close: () => socket.terminate(),
        until: got.until,
      }),
    );
  });
}

export interface ConnectFields {
  readonly uid: string;
  readonly token: string;
  readonly deviceFlag?: number;
  readonly deviceId?: string;
  readonly version?: number;
  readonly clientKey?: string;
}

export function connectBytes(fields: ConnectFields): Buffer {
  const { uid, token, deviceFlag = 1, deviceId = 'device-1', version = 4, clientKey = createKeyPair().publicKey } = fields;
  const body = Buffer.concat([
    u8(version),
    u8(deviceFlag),
    str(deviceId),
    str(uid),
    str(token),
    i64(1_700_000_000_000),
    str(clientKey),
  ]);
  return frame(0x10, body);
}

/** An accepted session. `send` writes a SEND and answers the bytes of its SENDACK. */
export interface WkSession {
  readonly tap: WkTap;
  send(message: SendFields): Promise<Buffer>;
}

export interface SendFields {
  readonly channelId: string;
  readonly channelType?: number;
  readonly payload?: string;
  readonly clientMsgNo?: string;
  /** Replaces the right ones. */
  readonly msgKey?: string;
  readonly sealed?: string;
}

const SENDACK_BYTES = 19;

/** Version 4 over TCP and version 2, the npm SDK's, over WebSocket. */
export async function openSession(tap: WkTap, fields: ConnectFields): Promise<WkSession> {
  const keys = createKeyPair();
  const version = tap.kind === 'tcp' ? 4 : 2;
  tap.write(connectBytes({ ...fields, version, clientKey: keys.publicKey }));
  const answer = await tap.until(3);
  const connack = readConnack(await tap.until(2 + (answer[1] ?? 0)), version);
  if (connack.reason !== 1) throw new Error(`CONNACK ${connack.reason} ${connack.salt}`);
  const session = deriveSession(keys.privateKey, connack.serverKey, connack.salt);
  if (session === null) throw new Error('no session key');
  const cipher = new SessionCipher(session.key, session.iv);
  let seen = tap.received().length;
  let clientSeq = 0;
  return {
    tap,
    async send({ channelId, channelType = 2, payload = '{"type":1,"content":"hi"}', ...rest }) {
      clientSeq += 1;
      const clientMsgNo = rest.clientMsgNo ?? `no-${clientSeq}`;
      const sealed = rest.sealed ?? cipher.encryptBase64(Buffer.from(payload));
      const key = rest.msgKey ?? cipher.keyOf(`${clientSeq}${clientMsgNo}${channelId}${channelType}${sealed}`);
      const expire = version >= 3 ? [u32(0)] : [];
      const parts = [
        u8(0),
        u32(clientSeq),
        str(clientMsgNo),
        str(channelId),
        u8(channelType),
        ...expire,
        str(key),
        Buffer.from(sealed),
      ];
      tap.write(frame(0x32, Buffer.concat(parts)));
      const all = await tap.until(seen + SENDACK_BYTES);
      const ack = all.subarray(seen, seen + SENDACK_BYTES);
      seen += SENDACK_BYTES;
      return ack;
    },
  };
}

/** The SENDACK that a refused SEND has to get, with the redDot flag of the SEND. */
export function refusedSendack(clientSeq: number, reason: number): Buffer {
  return frame(0x42, Buffer.concat([i64(0), u32(clientSeq), u32(0), u8(reason)]));
}

export interface Connack {
  readonly timeDiff: bigint;
  readonly reason: number;
  readonly serverKey: string;
  readonly salt: string;
}

/** Reads a CONNACK by the layout of the specification. */
export function readConnack(bytes: Buffer, version: number): Connack {
  let at = 2 + (version > 3 ? 1 : 0);
  const timeDiff = bytes.readBigInt64BE(at);
  const reason = bytes[at + 8] ?? 0;
  at += 9;
  const text = () => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.subarray(at - length, at).toString('utf8');
  };
  return { timeDiff, reason, serverKey: text(), salt: text() };
}

/** The CONNACK of a refused CONNECT: no key, the public code and the request id in the place of the salt. */
export function refusedConnack(
  version: number,
  reason: number,
  told: { readonly salt: string; readonly timeDiff: bigint },
): Buffer {
  const hasVersion = version > 3;
  const body = Buffer.concat([
    ...(hasVersion ? [u8(version)] : []),
    i64(told.timeDiff),
    u8(reason),
    str(''),
    str(told.salt),
    ...(hasVersion ? [i64(1)] : []),
  ]);
  return frame(hasVersion ? 0x21 : 0x20, body);
}

export function disconnectBytes(reason: number, text: string): Buffer {
  return frame(0x90, Buffer.concat([u8(reason), str(text)]));
}

function frame(head: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

const u8 = (value: number) => Buffer.from([value]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const i64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const str = (text: string) => {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
};
