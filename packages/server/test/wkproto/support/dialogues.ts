import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectFrame, type Frame, FrameDecoder } from '@hufu/protocol/wkproto';
import { deriveSession, SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { Transcript } from './lines.ts';
import { fixedKey } from './wire-client.ts';

/** `fill`: that many bytes more. `fragment`: an unfinished WebSocket message. */
export interface WireStep {
  readonly conn: string;
  readonly dir: '>' | '<';
  readonly hex?: string;
  readonly fill?: { readonly byte: number; readonly count: number };
  readonly text?: string;
  readonly kind?: 'close' | 'ws-close' | 'ws-pong';
  readonly code?: number;
}

export interface HttpStep {
  readonly http: string;
  readonly body: unknown;
  readonly status: number;
}

export interface Dialogue {
  readonly id: string;
  readonly given: string;
  /** A: token check off; B: on; C: off, with a manager token. */
  readonly variant: 'A' | 'B' | 'C';
  readonly conns: Readonly<
    Record<
      string,
      { readonly transport: 'tcp' | 'ws'; readonly version?: number; readonly serverKey?: string; readonly salt?: string }
    >
  >;
  readonly steps: readonly (WireStep | HttpStep)[];
}

const FILE = join(import.meta.dirname, '../../fixtures/wukong-wire.jsonl');
const FIRST_KEY_BYTE: Readonly<Record<string, number>> = { a: 0x01, b: 0x41, c: 0x61, d: 0x81 };

/** What a real WuKongIM v2.2.5 and small clients said to each other. */
export function readDialogues(): Dialogue[] {
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Dialogue);
}

export function isHttp(step: WireStep | HttpStep): step is HttpStep {
  return 'http' in step;
}

export const privateKeyOf = (conn: string) => fixedKey(FIRST_KEY_BYTE[conn] ?? 1);

/** The session of a recorded connection; null when none came about. */
export function recordedCipher(dialogue: Dialogue, conn: string): SessionCipher | null {
  const { serverKey = '', salt = '' } = dialogue.conns[conn] ?? {};
  const session = serverKey === '' ? null : deriveSession(privateKeyOf(conn), serverKey, salt);
  return session === null ? null : new SessionCipher(session.key, session.iv);
}

/** The version both ends speak after CONNECT. */
export function versionOf(dialogue: Dialogue, conn: string): number {
  return Math.min(Math.max(dialogue.conns[conn]?.version ?? 5, 1), 5);
}

/** All bytes of one direction of a connection as frames; null when they are none. */
export function framesOf(bytes: Uint8Array, side: 'server' | 'client', version: number): Frame[] | null {
  const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side });
  decoder.version = version;
  const frames: Frame[] = [];
  const error = decoder.push(bytes, (frame) => frames.push(frame));
  return error === null && decoder.heldBytes === 0 ? frames : null;
}

export interface ConnectWords {
  readonly conn: string;
  readonly uid: string;
  readonly token: string;
  readonly deviceFlag: number;
  readonly version: number;
  readonly clientTimestamp: bigint;
}

/** What each connection says of itself when it connects, on either protocol. */
export function clientWords(dialogue: Dialogue): ConnectWords[] {
  return Object.keys(dialogue.conns).flatMap((conn) => {
    const said = dialogue.steps.filter((step): step is WireStep => !isHttp(step) && step.conn === conn && step.dir === '>');
    const text = said[0]?.text;
    if (text !== undefined) return wordsOfText(conn, text);
    const bytes = Buffer.from(said.map((step) => step.hex ?? '').join(''), 'hex');
    const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'server' });
    const connects: ConnectFrame[] = [];
    decoder.push(bytes, (frame) => void (frame.type === 'connect' && connects.push(frame)));
    return connects.slice(0, 1).map(({ uid, token, deviceFlag, version, clientTimestamp }) => ({
      conn,
      uid,
      token,
      deviceFlag,
      version,
      clientTimestamp,
    }));
  });
}

function wordsOfText(conn: string, text: string): ConnectWords[] {
  const field = (name: string) => new RegExp(`"${name}":"?([^",}]*)`).exec(text)?.[1] ?? '';
  const deviceFlag = Number(field('deviceFlag') || '0');
  return [
    {
      conn,
      uid: field('uid'),
      token: field('token'),
      deviceFlag,
      version: 0,
      clientTimestamp: BigInt(field('clientTimestamp') || '0'),
    },
  ];
}

export function clientTimestampOf(dialogue: Dialogue, conn: string): bigint {
  return clientWords(dialogue).find((words) => words.conn === conn)?.clientTimestamp ?? 0n;
}

/** What each connection of the recorded dialogue heard. */
export function recordedLines(dialogue: Dialogue): Map<string, Transcript> {
  const transcripts = new Map<string, Transcript>();
  for (const conn of Object.keys(dialogue.conns)) {
    const transcript = new Transcript(clientTimestampOf(dialogue, conn));
    const cipher = recordedCipher(dialogue, conn);
    const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20, side: 'client' });
    decoder.version = versionOf(dialogue, conn);
    for (const step of dialogue.steps) {
      if (isHttp(step) || step.conn !== conn || step.dir !== '<') continue;
      if (step.text !== undefined) transcript.text(step.text);
      else if (step.kind === 'close') transcript.closed();
      else if (step.kind === undefined && step.hex?.startsWith('7b') === true)
        transcript.text(Buffer.from(step.hex, 'hex').toString());
      else if (step.kind === undefined)
        decoder.push(Buffer.from(step.hex ?? '', 'hex'), (frame) => transcript.frame(frame, cipher));
    }
    transcripts.set(conn, transcript);
  }
  return transcripts;
}
