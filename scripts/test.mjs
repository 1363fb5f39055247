// Every test that needs nothing but this machine, after the checks.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';
import { closeWith, runTests } from './run-tests.mjs';

const check = process.env.HUFU_SKIP_CHECK
  ? { status: 0 }
  : spawnSync(process.execPath, [join(root, 'scripts/check.mjs')], { stdio: 'inherit' });
const files = process.argv.length > 2 ? process.argv.slice(2) : globSync('packages/*/test/**/*.test.ts', { cwd: root });
const { passed, failed } = runTests(files, { concurrency: 2 });
closeWith(passed, failed + (check.status === 0 ? 0 : 1));
