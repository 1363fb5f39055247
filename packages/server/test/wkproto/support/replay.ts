import { encodeFrame, type Frame, type SendFrame } from '@hufu/protocol/wkproto';
import type { SessionCipher } from '@hufu/protocol/wkproto/crypto';
import {
  clientTimestampOf,
  type Dialogue,
  framesOf,
  isHttp,
  privateKeyOf,
  recordedCipher,
  recordedLines,
  versionOf,
  type WireStep,
} from './dialogues.ts';
import type { TestServer } from './server.ts';
import { WireClient } from './wire-client.ts';

export type Lines = Record<string, string[]>;

export interface ReplayOptions {
  readonly expected: Lines;
  readonly patienceMs?: number;
}

/**
 * Says to the server what the recorded clients said to theirs: the same bytes, but for what is sealed (SEND is sealed again under this session's keys, wrong
 * where it was wrong) and for ids in acknowledgements. Answers what each connection heard. A step waits for the recorded answers before it, as far as `expected`
 * begins with them.
 */
export async function replay(
  server: TestServer,
  dialogue: Dialogue,
  { expected, patienceMs = 5000 }: ReplayOptions,
): Promise<Lines> {
  const recorded = recordedLines(dialogue);
  const clients = new Map<string, WireClient>();
  const heardBefore = new Map<string, number>();
  for (const [conn, { transport, version = 5 }] of Object.entries(dialogue.conns)) {
    const address = transport === 'tcp' ? server.tcp : `${server.ws}/any/path?x=1`;
    const clientTimestamp = clientTimestampOf(dialogue, conn);
    const client = new WireClient({ transport, address, version, clientTimestamp, privateKey: privateKeyOf(conn), patienceMs });
    clients.set(conn, client);
    await client.opened();
  }
  const seen: Record<string, number> = {};
  const spoken = new Set<string>();
  for (const step of dialogue.steps) {
    if (!isHttp(step) && step.dir === '<') {
      seen[step.conn] = (seen[step.conn] ?? 0) + linesOf(dialogue, step);
      heardBefore.set(
        step.conn,
        sharedCount(recorded.get(step.conn)?.lines ?? [], expected[step.conn] ?? [], seen[step.conn] ?? 0),
      );
      continue;
    }
    for (const [conn, count] of heardBefore) await clients.get(conn)?.heard(count);
    // The record is in steps of 10 ms: a SEND may stand before the answer to a CONNECT that it had waited for.
    for (const conn of spoken)
      if (isHttp(step) || conn !== step.conn) await clients.get(conn)?.heard(Math.min(1, expected[conn]?.length ?? 0));
    if (!isHttp(step)) spoken.add(step.conn);
    if (isHttp(step)) await server.post(step.http.replace('POST ', ''), step.body);
    else await say(dialogue, step, clients);
  }
  for (const [conn, client] of clients) {
    await client.heard(expected[conn]?.length ?? 0);
    if (!client.closed) await lastWord(dialogue, conn, client);
  }
  const heard = Object.fromEntries([...clients].map(([conn, client]) => [conn, [...client.transcript.lines]]));
  for (const client of clients.values()) client.end();
  return heard;
}

const LAST_PONG = 'PONG';
const LAST_JSON = 'JSON {"jsonrpc":"2.0","id":"barrier","result":{}}';

/** A last PING: whatever the server still had to say has come before its PONG. The two are left out of the transcript. */
async function lastWord(dialogue: Dialogue, conn: string, client: WireClient): Promise<void> {
  const { lines } = client.transcript;
  if (lines.length === 0) return;
  const speaksJson = lines.some((line) => line.startsWith('JSON'));
  const last = speaksJson ? LAST_JSON : LAST_PONG;
  const before = lines.filter((line) => line === last).length;
  if (speaksJson)
    client.write(Buffer.from('{"id":"barrier","method":"ping"}'), { text: dialogue.conns[conn]?.transport === 'ws' });
  else client.write(Buffer.from([0x70]));
  await client.until(() => client.closed || lines.filter((line) => line === last).length > before);
  if (lines.at(-1) === last) lines.pop();
}

/** How many lines a recorded step of the server is. */
function linesOf(dialogue: Dialogue, step: WireStep): number {
  if (step.kind === 'ws-pong') return 0;
  if (step.text !== undefined || step.kind !== undefined || step.hex?.startsWith('7b') === true) return 1;
  return framesOf(Buffer.from(step.hex ?? '', 'hex'), 'client', versionOf(dialogue, step.conn))?.length ?? 0;
}

function sharedCount(recorded: readonly string[], expected: readonly string[], upTo: number): number {
  let count = 0;
  while (count < upTo && count < expected.length && recorded[count] === expected[count]) count += 1;
  return count;
}

async function say(dialogue: Dialogue, step: WireStep, clients: ReadonlyMap<string, WireClient>): Promise<void> {
  const client = clients.get(step.conn);
  if (client === undefined) return;
  if (step.kind === 'ws-close') return client.wsClose(step.code ?? 1000);
  if (dialogue.id === 'ws.ping' && step.hex === '6869') return client.wsPing(Buffer.from('hi'));
  if (step.text !== undefined)
    return client.write(Buffer.from(withOurIds(step.text, dialogue, step.conn, client)), { text: true });
  const fill = step.fill === undefined ? [] : [Buffer.alloc(step.fill.count, step.fill.byte)];
  const bytes = Buffer.concat([Buffer.from(step.hex ?? '', 'hex'), ...fill]);
  const options = { text: dialogue.id === 'ws.text-binary', fin: dialogue.id !== 'ws.fragmented' || step !== dialogue.steps[0] };
  client.write(ourBytes(bytes, dialogue, step.conn, client), options);
}

/** Sealed and acknowledging frames in the words of this session; everything else byte for byte. */
function ourBytes(bytes: Buffer, dialogue: Dialogue, conn: string, client: WireClient): Uint8Array {
  const version = versionOf(dialogue, conn);
  const frames = framesOf(bytes, 'server', version);
  const theirs = recordedCipher(dialogue, conn);
  if (frames === null || theirs === null || client.cipher === null) return bytes;
  if (!frames.some((frame) => frame.type === 'send' || (frame.type === 'recvack' && !isOdd(frame)))) return bytes;
  const ours = client.cipher;
  return Buffer.concat(frames.map((frame) => encodeFrame(translated(frame, { theirs, ours, dialogue, conn, client }), version)));
}

/** An acknowledgement of something that was never sent. */
function isOdd(frame: Frame): boolean {
  return frame.type === 'recvack' && frame.messageId < 1_000_000n;
}

interface Sessions {
  readonly theirs: SessionCipher;
  readonly ours: SessionCipher;
  readonly dialogue: Dialogue;
  readonly conn: string;
  readonly client: WireClient;
}

function translated(frame: Frame, sessions: Sessions): Frame {
  if (frame.type === 'recvack')
    return { ...frame, messageId: ourId(frame.messageId, sessions.dialogue, sessions.conn, sessions.client) };
  return frame.type === 'send' ? resealed(frame, sessions) : frame;
}

function resealed(frame: SendFrame, { theirs, ours }: Sessions): SendFrame {
  const plain = theirs.decrypt(frame.payload);
  const payload = plain === null ? frame.payload : Buffer.from(ours.encryptBase64(plain));
  const keyWasRight = theirs.sendKeyMatches(frame);
  return { ...frame, payload, msgKey: keyWasRight ? ours.sendKey(frame, Buffer.from(payload).toString('latin1')) : frame.msgKey };
}

/** The n-th message there is the n-th here. */
function ourId(theirs: bigint, dialogue: Dialogue, conn: string, client: WireClient): bigint {
  const at = recordedLines(dialogue).get(conn)?.received.indexOf(theirs) ?? -1;
  return client.transcript.received[at] ?? theirs;
}

function withOurIds(text: string, dialogue: Dialogue, conn: string, client: WireClient): string {
  return text.replace(
    /"messageId":"(\d{10,})"/g,
    (_, id: string) => `"messageId":"${ourId(BigInt(id), dialogue, conn, client)}"`,
  );
}
