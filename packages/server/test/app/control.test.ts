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
    try {
      assert.equal((await askServer(dataDir, '/requests/hr_0123456789')).status, 404);
      assert.equal(statSync(join(dataDir, 'hufu.sock')).mode & 0o777, 0o600);
    } finally {
      await control.close();
      rmSync(top, { recursive: true });
    }
  });
}
