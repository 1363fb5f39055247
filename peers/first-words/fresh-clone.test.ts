import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cloneInto, filesHolding, npmStart, type StartedByNpm } from '../lib/clone.ts';

const INSTALL_MS = 300_000;
const START_MS = 30_000;
const MAX_SECOND_START_MS = 2000;
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/;
const SECRET = /\bhfa_\w{30,}/g;

describe('npm start in a fresh clone', { timeout: 480_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-fresh-'));
  const clone = join(folder, 'hufu');
  const dataDir = join(folder, 'data');
  let first: StartedByNpm;
  let secret: string;
  before(async () => {
    cloneInto(clone);
    first = await npmStart(clone, dataDir, INSTALL_MS);
    secret = first.output.match(SECRET)?.[0] ?? '';
  });
  after(async () => {
    await first?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says where the page is, the first admin secret once, and what to do next', async () => {
    assert.ok(first.readyMs !== null, `npm start ended with ${first.exitCode}\n${first.output}`);
    const address = first.output.match(ADDRESS)?.[0] ?? '';
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Hufu/);

    assert.equal(first.output.match(SECRET)?.length, 1, first.output);
    assert.ok(first.output.includes(`${address}/welcome#secret=${secret}`), 'a link that one click follows');
    assert.match(first.output, /New bot/);

    const made = await fetch(`${address}/api/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ uid: 'ann', name: 'Ann', password: 'password-of-the-test' }),
    });
    assert.equal(made.status, 200, 'the secret that was printed is the one that is taken');
    assert.deepEqual([...filesHolding(dataDir, secret), ...filesHolding(clone, secret)], [], 'the secret is nowhere on the disk');
  });

  it('refuses to run twice on the same data, naming the process that has it', async () => {
    const twin = await npmStart(clone, dataDir, START_MS);
    assert.equal(twin.readyMs, null, 'two servers on one folder');
    assert.notEqual(twin.exitCode, 0);
    assert.match(twin.output, /srv\.data_locked/);
    const pid = /\bpid\W+(\d+)/.exec(twin.output)?.[1] ?? '';
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /main\.ts\0serve/);
  });

  it('ends with code 0 on SIGTERM, is back in less than two seconds, and keeps the secret to itself', async (context) => {
    assert.equal(await first.stop(), 0);
    const times: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const again = await npmStart(clone, dataDir, START_MS);
      assert.ok(again.readyMs !== null, again.output);
      times.push(Math.round(again.readyMs));
      cpu.push(again.cpuMs);
      assert.match(again.output, ADDRESS);
      assert.doesNotMatch(again.output, SECRET);
      assert.doesNotMatch(again.output, /secret/i);
      assert.equal(await again.stop(), 0);
    }
    const seen = `ready after ${times.join(', ')} ms, of that ${cpu.join(', ')} ms of processor`;
    context.diagnostic(`second start: ${seen}`);
    // On a machine that others keep busy the clock measures them; then the work itself has to fit.
    const busy = (loadavg()[0] ?? 0) > 2 * availableParallelism();
    assert.ok(Math.min(...(busy ? cpu : times)) < MAX_SECOND_START_MS, seen);
  });
});
