import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { readInside } from '../src/tools/files.ts';

let folder = '';
before(() => {
  const base = mkdtempSync(join(tmpdir(), 'hufu-doctor-files-'));
  folder = join(base, 'project');
  mkdirSync(folder);
  writeFileSync(join(base, 'outside'), 'not yours');
  writeFileSync(join(folder, '.env'), 'PORT=8080\n');
  writeFileSync(join(folder, 'long'), 'x'.repeat(200_000));
  symlinkSync('.env', join(folder, 'inside-link'));
  symlinkSync('../outside', join(folder, 'outside-link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});

test('a file of the named folder is read, also through a link that stays inside', () => {
  assert.equal(readInside(folder, '.env'), 'PORT=8080\n');
  assert.equal(readInside(folder, 'inside-link'), 'PORT=8080\n');
});

test('a long file is read up to 64 KiB', () => {
  assert.equal(readInside(folder, 'long')?.length, 64 * 1024);
});

test('a link or a path that leads out, a folder, a pipe and a missing file are not read', () => {
  for (const name of ['outside-link', '../outside', '.', 'pipe', 'missing', ''])
    assert.equal(readInside(folder, name), null, name);
  assert.equal(readInside(join(folder, 'nowhere'), '.env'), null);
});
