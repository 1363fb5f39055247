import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openLog } from '../../src/app/log.ts';

it('a log on a full disk, or on a pipe that is closed, neither stops nor ends the server', () => {
  const full = openSync('/dev/full', 'w');
  const log = openLog('info', full);
  for (let n = 0; n < 100; n += 1) log.error({ n }, 'nobody will read this');
  closeSync(full);
  log.error({}, 'nor this');
});

it('a log that can be written again says how much is missing, on lines of their own', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-log-'));
  const file = join(folder, 'log');
  const place = openSync(file, 'w');
  const readOnly = openSync(file, 'r');
  t.after(() => {
    closeSync(place);
    rmSync(folder, { recursive: true });
  });
  const log = openLog('info', readOnly);
  log.info({}, 'lost');
  log.warn({}, 'lost too');
  closeSync(readOnly);
  // The number is the same, now it can be written.
  assert.equal(openSync(file, 'a'), readOnly);
  log.info({ x: 1 }, 'kept');
  log.info({}, 'and this');
  closeSync(readOnly);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const read = lines.map((line) => JSON.parse(line) as { msg: string; dropped?: number });
  assert.deepEqual(
    read.map((one) => [one.msg, one.dropped]),
    [
      ['log lines could not be written', 2],
      ['kept', undefined],
      ['and this', undefined],
    ],
  );
});
