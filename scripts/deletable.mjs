// Proves that a surface is a folder, the files that wire it and its line in the list: a copy of the tree without surfaces/onebot still compiles.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './node24.mjs';

const copy = mkdtempSync(join(tmpdir(), 'hufu-deletable-'));
try {
  cpSync(join(root, 'packages'), join(copy, 'packages'), {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
  });
  cpSync(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ extends: './tsconfig.base.json', include: ['packages/server/src/**/*.ts'] }),
  );
  rmSync(join(copy, 'packages/server/src/surfaces/onebot'), { recursive: true });
  const app = join(copy, 'packages/server/src/app');
  for (const name of readdirSync(app)) {
    if (readFileSync(join(app, name), 'utf8').includes("'../surfaces/onebot/")) rmSync(join(app, name));
  }
  const list = join(app, 'surfaces.ts');
  const kept = readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => !line.includes("'./onebot.ts'"));
  writeFileSync(list, kept.join('\n').replace(/composeOnebot\([^)]*\)/, ''));
  const done = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(copy, 'tsconfig.json')], {
    cwd: copy,
    stdio: 'inherit',
  });
  process.stdout.write(
    done.status === 0 ? '✔ compiles without surfaces/onebot\n' : '✖ does not compile without surfaces/onebot\n',
  );
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
