import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeFrame } from '@hufu/protocol/wkproto';
import { differences, notReplayed, rewrites } from './support/differences.ts';
import { type Dialogue, framesOf, isHttp, readDialogues, recordedLines, versionOf } from './support/dialogues.ts';
import { prepare } from './support/given.ts';
import { type Lines, replay } from './support/replay.ts';
import { openServer, type TestServer } from './support/server.ts';

/** What a real WuKongIM v2.2.5 answered to small clients, said again to this server. A table of differences has every place where ours answers otherwise. */
const dialogues = readDialogues();

function rewritten(dialogue: Dialogue): Lines {
  const lines = [...recordedLines(dialogue)].map(([conn, transcript]) => [
    conn,
    transcript.lines.map((line) => rewrites.reduce((text, { find, put }) => text.replace(find, put), line)),
  ]);
  return Object.fromEntries(lines) as Lines;
}

function expectedOf(dialogue: Dialogue): Lines {
  const recorded = rewritten(dialogue);
  const difference = differences.find(({ ids }) => ids.test(dialogue.id));
  return difference === undefined ? recorded : difference.expect(recorded, dialogue);
}

describe('the recorded dialogues', { concurrency: 8 }, () => {
  let servers: Record<Dialogue['variant'], TestServer>;
  before(async () => {
    const [open, checked] = await Promise.all([
      openServer({ 'tokens.check': 'off' }),
      openServer({ 'tokens.check': 'required' }),
    ]);
    servers = { A: open, B: checked, C: open };
  });
  after(() => Promise.all([servers.A.close(), servers.B.close()]));

  for (const dialogue of dialogues) {
    const skipped = notReplayed.find(({ ids }) => ids.test(dialogue.id));
    if (skipped !== undefined) continue;
    it(`${dialogue.id}: ${dialogue.given.slice(0, 120)}`, async (t) => {
      const server = servers[dialogue.variant];
      const missing = await routesNotServed(server, dialogue);
      if (missing.length > 0) return t.skip(`${missing.join(', ')} is not served yet`);
      await prepare(server, dialogue);
      const expected = expectedOf(dialogue);
      assert.deepEqual(await replay(server, dialogue, { expected }), expected);
    });
  }

  it('every difference is about something that was recorded, and changes it', () => {
    for (const { ids, why, expect } of differences) {
      const about = dialogues.filter(({ id }) => ids.test(id));
      assert.ok(about.length > 0, `no dialogue matches ${ids}`);
      for (const dialogue of about) {
        const recorded = rewritten(dialogue);
        assert.notDeepEqual(expect(recorded, dialogue), recorded, `${dialogue.id} does not differ: ${why}`);
      }
    }
    for (const { ids } of notReplayed)
      assert.ok(
        dialogues.some(({ id }) => ids.test(id)),
        `no dialogue matches ${ids}`,
      );
  });
});

/** Routes of other parts of WuKongIM that a dialogue needs and this server does not have. */
async function routesNotServed(server: TestServer, dialogue: Dialogue): Promise<string[]> {
  const routes = new Set(dialogue.steps.filter(isHttp).map(({ http }) => http.replace('POST ', '')));
  if (dialogue.id.includes('after-quit')) routes.add('/user/device_quit');
  const statuses = await Promise.all([...routes].map(async (path) => [path, await server.post(path, {})] as const));
  return statuses.filter(([, status]) => status === 404).map(([path]) => path);
}

it('every packet that was recorded is written again byte for byte', () => {
  let packets = 0;
  for (const dialogue of dialogues) {
    for (const step of dialogue.steps) {
      if (isHttp(step) || step.hex === undefined || step.kind !== undefined || step.fill !== undefined) continue;
      const bytes = Buffer.from(step.hex, 'hex');
      const version = versionOf(dialogue, step.conn);
      const frames = framesOf(bytes, step.dir === '>' ? 'server' : 'client', version);
      if (frames === null || !isCanonical(dialogue.id)) continue;
      assert.equal(Buffer.concat(frames.map((frame) => encodeFrame(frame, version))).toString('hex'), step.hex, dialogue.id);
      packets += frames.length;
    }
  }
  assert.ok(packets > 700, `${packets} packets`);
});

/** Odd on purpose: flags on a PING, bytes after the end of a body, a packet cut into pieces that look like packets. */
function isCanonical(id: string): boolean {
  return !/^(post\.pingflags|post\.trailing|pre\.connect-bytewise|ws\.split|ws\.fragmented)$/.test(id);
}
