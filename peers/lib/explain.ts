import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestServer } from './server.ts';

/** What an operator reads in the terminal: `npm run -s hufu -- explain <id>` on the data folder of the running server. */
export async function explain(server: TestServer, requestId: string, lang: 'zh' | 'en'): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'hufu', '--', 'explain', requestId, '--lang', lang], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, HUFU_DATA_DIR: server.dataDir },
  });
  return stdout;
}
