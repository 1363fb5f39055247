// Reference pages under docs/reference, made from the declarations that also validate and answer. `--check` writes nothing and names what is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nativeApi } from './docs/api.mjs';
import { doctorCauses } from './docs/doctor-causes.mjs';
import { onebotActions } from './docs/onebot-actions.mjs';
import { wukongHttp } from './docs/wukong-http.mjs';
import { root } from './node24.mjs';

/** Where each page goes, and what makes its text. */
const PAGES = [
  { file: 'docs/reference/wukong-http.md', make: wukongHttp },
  { file: 'docs/reference/api.md', make: nativeApi },
  { file: 'docs/reference/onebot-actions.md', make: onebotActions },
  { file: 'docs/reference/doctor-causes.md', make: () => doctorCauses('en') },
  { file: 'docs/reference/doctor-causes.zh.md', make: () => doctorCauses('zh') },
];

const checking = process.argv.includes('--check');
let stale = 0;
for (const { file, make } of PAGES) {
  const text = `${(await make()).trim()}\n`;
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (checking) {
    stale += 1;
    process.stdout.write(`${file} is stale: run npm run docs\n`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${file} written\n`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
