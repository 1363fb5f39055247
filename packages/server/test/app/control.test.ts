import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { listenControl } from '../../src/app/control.ts';
import { askServer } from '../../src/cli/control-client.ts';

for (const depth of [1, 12]) {
  it(`the command line reaches a server whose data folder is ${depth} folders deep`, async () => {
    const top = mkdtempSync(join(tmpdir(), 'hufu-control-'));
    const dataDir = join(top, ...Array.from({ length: depth }, () => 'a-folder-name'));
    mkdirSync(dataDir, { recursive: true });
    const control = await listenControl(dataDir, { explain: async () => null });
    assert.ok(control.ok);
    try {
      assert.equal((await askServer(dataDir, '/requests/hr_0123456789')).status, 404);
      assert.equal(statSync(join(dataDir, 'hufu.sock')).mode & 0o777, 0o600);
    } finally {
      await control.value.close();
      rmSync(top, { recursive: true });
    }
  });
}

it('a data folder in which the private socket cannot be made is a refusal that names it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-control-'));
  mkdirSync(join(dataDir, 'hufu.sock'));
  const control = await listenControl(dataDir, { explain: async () => null });
  rmSync(dataDir, { recursive: true });
  if (control.ok) assert.fail('listens in the place of a folder');
  assert.deepEqual(
    [control.refusal.code, control.refusal.evidence?.['file']],
    ['srv.store_unavailable', join(dataDir, 'hufu.sock')],
  );
});
