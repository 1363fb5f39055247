import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedChannelId } from '../../src/domain/channels/channel-id.ts';
import { ADMIN, openRealServer, type RealServer } from '../support/real-server.ts';
import { bodyOf, Comparer, type Line, parseExact, readRecord, type Recorded } from './recorded.ts';
import { DIFFERENCES } from './differences.ts';

const FILES = ['user', 'channel', 'message-send', 'message-read', 'conversation', 'more', 'system', 'auth', 'fatal'] as const;

const used = new Set<string>();

for (const file of FILES) {
  test(`answers as the recorded server did, or deliberately otherwise: ${file}`, async (t) => {
    const server = await openRealServer();
    t.after(() => server.close());
    const comparer = new Comparer();
    const failures: string[] = [];
    let compared = 0;
    for (const line of readRecord(file)) {
      if (!('id' in line)) {
        await prepare(server, line);
        continue;
      }
      compared += 1;
      try {
        await check(server, comparer, file, line);
      } catch (error) {
        failures.push(`${file} ${line.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    t.diagnostic(`${compared} exchanges compared`);
    assert.deepEqual(failures, [], failures.join('\n'));
  });
}

test('every declared difference is met in the record', () => {
  assert.deepEqual(
    DIFFERENCES.map((one) => String(one.lines)).filter((lines) => !used.has(lines)),
    [],
  );
});

async function prepare(server: RealServer, line: Exclude<Line, Recorded>): Promise<void> {
  if (line.read !== undefined) {
    const { uid, channel_id: channelId, channel_type: channelType, message_seq: seq } = line.read;
    const reader = await server.core.users.get(uid);
    const id = storedChannelId({ sender: { uid }, channelId, channelType });
    assert.ok(reader !== null && id.ok);
    const state = await server.core.channels.load(channelType, id.value);
    assert.ok(state !== null);
    const moved = await server.core.directory.moveRead(state.channel.ch, reader.u, seq);
    assert.ok(moved.ok);
    return;
  }
  const done = await send(server, { path: line.setup ?? '', body: line.body, secret: true });
  assert.equal(done.status, 200, `${JSON.stringify(line).slice(0, 200)} ${done.text}`);
}

async function check(server: RealServer, comparer: Comparer, file: string, line: Recorded): Promise<void> {
  const ours = await send(server, { ...line, secret: file !== 'auth' });
  const different = DIFFERENCES.find((one) => one.lines.test(`${file} ${line.id}`));
  if (different !== undefined) used.add(String(different.lines));
  assert.equal(ours.status, different?.status ?? line.status, `status; ours: ${ours.text.slice(0, 300)}`);
  if (different?.reason !== undefined) {
    const body = typeof ours.json === 'object' && ours.json !== null ? (ours.json as Record<string, unknown>) : {};
    assert.equal(body['reason'] ?? body['code'], different.reason, ours.text.slice(0, 300));
    assert.ok(typeof body['msg'] === 'string' && body['msg'] !== '' && typeof body['requestId'] === 'string', ours.text);
    return;
  }
  const expected = different?.expect === undefined ? line.answer : different.expect(line.answer, line);
  if (expected === undefined) return;
  const view = different?.view ?? ((answer: unknown) => answer);
  comparer.same(view(expected), view(ours.json), addedKeys(expected));
}

/** What an answer of ours may have beside the recorded keys. */
function addedKeys(recorded: unknown): readonly string[] {
  if (typeof recorded !== 'object' || recorded === null) return [];
  if ('msg' in recorded) return ['reason', 'requestId', 'data'];
  if ('data' in recorded) return ['message_idstr', 'message_seq', 'reason'];
  return 'status' in recorded && recorded.status !== 200 ? ['msg', 'reason', 'requestId'] : [];
}

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly raw?: string;
  /** Adds the admin secret where the record has no token. */
  readonly secret: boolean;
}

async function send(server: RealServer, line: Request) {
  const method = line.method ?? 'POST';
  const headers: Record<string, string> = { 'content-type': 'application/json', ...line.headers };
  if (headers['token'] === 'mt' || (line.secret && headers['token'] === undefined)) headers['token'] = ADMIN;
  const body = method === 'GET' || method === 'HEAD' ? undefined : bodyOf(line);
  const response = await fetch(`${server.url}${line.path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  let json: unknown;
  try {
    json = parseExact(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, text, json, headers: response.headers };
}
