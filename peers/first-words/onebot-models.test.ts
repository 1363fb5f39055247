import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { installed } from '../lib/program.ts';
import { admin, startServer, type TestServer, until } from '../lib/server.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const YAML = `
bots:
  - uid: "20001"
    name: Bot A
    clients:
      - {name: array, kind: forward, token: T1, heartbeatMs: 100}
      - {name: string, kind: forward, token: T2, heartbeatMs: 100, format: string}
  - {uid: "20002", name: Bot B, clients: [{name: other, kind: forward, token: T3, heartbeatMs: 0}]}
`;

interface Line {
  readonly frames: Record<string, unknown>[];
  call(action: string, params: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

function dial(server: TestServer, token: string): Promise<Line> {
  const socket = new WebSocket(server.ready.onebotWs, { headers: { Authorization: `Bearer ${token}` } });
  const frames: Record<string, unknown>[] = [];
  let calls = 0;
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Record<string, unknown>));
  const line: Line = {
    frames,
    async call(action, params) {
      calls += 1;
      const echo = `c${calls}`;
      socket.send(JSON.stringify({ action, params, echo }));
      return until(`the answer of ${action}`, () => frames.find((frame) => frame.echo === echo));
    },
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      }),
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(line));
    socket.once('error', reject);
  });
}

/** One line of output for each object. */
function read(python: string, script: string, objects: readonly object[]): string[] {
  const input = `${objects.map((one) => JSON.stringify(one)).join('\n')}\n`;
  const done = spawnSync(python, [join(import.meta.dirname, '..', script)], { input, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trimEnd().split('\n');
}

describe('every event that a bot hears', { timeout: 120_000 }, () => {
  let server: TestServer;
  const events: Record<'array' | 'string', Record<string, unknown>[]> = { array: [], string: [] };
  let answers: Record<string, unknown>[] = [];

  before(async () => {
    server = await startServer({ yaml: YAML });
    const say = async (channel: { channel_id: string; channel_type: number }, payload: object) => {
      const body = { from_uid: '10001', ...channel, payload: Buffer.from(JSON.stringify(payload)).toString('base64') };
      await admin(server, '/message/send', body);
    };
    await admin(server, '/user/token', { uid: '10001', token: 'x', device_flag: 1, device_level: 1, name: 'Ann' });
    const group = { channel_id: '30001', channel_type: 2 };
    await admin(server, '/channel', { ...group, name: 'ops', owner: '10001', subscribers: ['10001', '20001', '20002'] });
    const [first, again] = [await dial(server, 'T1'), await dial(server, 'T2')];
    await until('both to be here', () => first.frames.length > 0 && again.frames.length > 0);
    await Promise.all([first.close(), again.close()]);
    await say(group, { type: 1, content: 'missed' });

    const lines = { array: await dial(server, 'T1'), string: await dial(server, 'T2') };
    const other = await dial(server, 'T3');
    await say(group, { type: 1, content: '@Bot A hello [x], &', mention: { uids: ['20001'] } });
    await say({ channel_id: '20001', channel_type: 1 }, { type: 1, content: 'in private' });
    const message = [
      { type: 'reply', data: { id: 1 } },
      { type: 'at', data: { qq: 20001 } },
      { type: 'text', data: { text: ' all of it ' } },
      { type: 'face', data: { id: 178 } },
      { type: 'image', data: { file: `base64://${PNG}` } },
    ];
    assert.equal((await other.call('send_group_msg', { group_id: 30001, message })).status, 'ok');
    await say(group, { type: 1, content: '@所有人 last', mention: { all: true } });
    for (const format of ['array', 'string'] as const) {
      const { frames, call } = lines[format];
      await until('the last message', () => frames.some((frame) => String(frame.raw_message).endsWith(' last')));
      await until('a heartbeat', () => frames.some((frame) => frame.meta_event_type === 'heartbeat'));
      events[format] = frames.filter((frame) => frame.meta_event_type !== 'heartbeat');
      events[format].push(...frames.filter((frame) => frame.meta_event_type === 'heartbeat').slice(0, 1));
      for (const message_id of [1, 3, 4]) answers.push(await call('get_msg', { message_id }));
    }
    answers = answers.map(({ echo: _, ...answer }) => answer);
    events.array = events.array.filter((event) => !('echo' in event));
    events.string = events.string.filter((event) => !('echo' in event));
  });
  after(() => server.close());

  it('has the exact class of NoneBot, whatever the format', () => {
    for (const format of ['array', 'string'] as const) {
      const seen = read(installed('HUFU_PEERS_PYTHON'), 'nonebot/models.py', events[format]);
      const image = String.raw`\[CQ:image,file=[\w-]{32},url=http://127\.0\.0\.1:\d+/files/[\w-]{32},file_size=70,subType=0\]`;
      const rich = String.raw`\[CQ:reply,id=1\]\[CQ:at,qq=20001,name=Bot A\] all of it \[CQ:face,id=178\]${image}`;
      const expected = [
        /^LifecycleMetaEvent meta_event\.lifecycle\.connect$/,
        /^GroupMessageEvent message\.group\.normal missed$/,
        /^GroupMessageEvent message\.group\.normal \[CQ:at,qq=20001,name=Bot A\] hello &#91;x&#93;, &amp;$/,
        /^PrivateMessageEvent message\.private\.friend in private$/,
        new RegExp(`^GroupMessageEvent message\\.group\\.normal ${rich}$`),
        /^GroupMessageEvent message\.group\.normal \[CQ:at,qq=all\] last$/,
        /^HeartbeatMetaEvent meta_event\.heartbeat$/,
      ];
      assert.equal(seen.length, expected.length, seen.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(seen[index] ?? '', pattern);
    }
  });

  it('can be quoted: get_msg answers what the Reply of NoneBot needs', () => {
    const seen = read(installed('HUFU_PEERS_PYTHON'), 'nonebot/models.py', answers);
    for (const [index, begin] of [
      'Reply missed',
      'Reply in private',
      'Reply [CQ:reply,id=1][CQ:at,qq=20001,name=Bot A] all of it ',
    ].entries())
      for (const line of [seen[index], seen[index + 3]]) assert.ok(line?.startsWith(begin), line);
  });

  it('has the name by which aiocqhttp calls handlers', () => {
    for (const format of ['array', 'string'] as const) {
      const seen = read(installed('HUFU_PEERS_AIOCQHTTP'), 'aiocqhttp/models.py', events[format]);
      assert.deepEqual(
        seen.map((line) => line.split(' ', 1)[0]),
        [
          'meta_event.lifecycle.connect',
          'message.group.normal',
          'message.group.normal',
          'message.private.friend',
          'message.group.normal',
          'message.group.normal',
          'meta_event.heartbeat',
        ],
      );
    }
  });
});
