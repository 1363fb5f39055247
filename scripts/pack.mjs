// Makes the packages that others install: JavaScript and types from tsc, in a staging folder, then one tarball each. `npm run pack [folder]`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root, run } from './node24.mjs';

/** In the order they depend on each other. */
const NAMES = ['refusals', 'protocol', 'doctor', 'client'];
const out = resolve(process.argv[2] ?? join(root, 'dist'));
// Inside the checkout, so that foreign packages are found in its node_modules; ours are found nearer.
const staging = join(root, '.cache/pack');
rmSync(staging, { recursive: true, force: true });
mkdirSync(join(staging, 'node_modules/@hufu'), { recursive: true });
mkdirSync(out, { recursive: true });

for (const name of NAMES) {
  const folder = join(staging, name);
  cpSync(join(root, 'packages', name, 'src'), join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(name), null, 2)}\n`);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(buildOf(name)));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  symlinkSync(folder, join(staging, 'node_modules/@hufu', name), 'dir');
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`npm pack of ${name} failed: ${packed.stderr}`);
  process.stdout.write(`${join(out, packed.stdout.trim())}\n`);
}

/** The package as others see it: no private flag, built files instead of sources. */
function published(name) {
  const { private: _, ...kept } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const built = (path) => path.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js');
  const exports = Object.fromEntries(
    Object.entries(kept.exports).map(([key, path]) => [
      key,
      { types: built(path).replace(/\.js$/, '.d.ts'), default: built(path) },
    ]),
  );
  const bin = kept.bin && Object.fromEntries(Object.entries(kept.bin).map(([key, path]) => [key, built(path)]));
  return { ...kept, exports, ...(bin ? { bin } : {}), files: ['dist', 'LICENSE'], engines: { node: '>=20' } };
}

function buildOf(name) {
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      declaration: true,
      outDir: 'dist',
      rootDir: 'src',
      typeRoots: [join(root, 'node_modules/@types')],
      lib: name === 'client' ? ['es2024', 'dom'] : ['es2024', 'esnext.disposable'],
    },
    include: ['src'],
  };
}
