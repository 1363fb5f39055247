import { clientWords, type Dialogue } from './dialogues.ts';
import type { TestServer } from './server.ts';

/** What the back end had done before the recorded dialogue began; its requests are not part of the steps. */
export async function prepare(server: TestServer, dialogue: Dialogue): Promise<void> {
  if (dialogue.variant !== 'B') return;
  for (const { uid, token, deviceFlag } of clientWords(dialogue)) {
    const register = (value: string, flag = deviceFlag, level = 0) =>
      server.post('/user/token', { uid, token: value, device_flag: flag, device_level: level });
    switch (caseOf(dialogue.id)) {
      case 'wrong':
      case 'case':
      case 'prefix':
      case 'empty':
      case 'none':
        await register('the-right-token');
        break;
      case 'other-flag':
        await register(token, deviceFlag === 0 ? 1 : 0);
        break;
      case 'replaced':
        await register(token);
        await register('a-newer-token');
        break;
      case 'banned':
        await register(token);
        await ban(server, uid);
        break;
      case 'master':
        for (const flag of [0, 1]) await register(token, flag, 1);
        break;
      case 'slave':
        for (const flag of [0, 1]) await register(token, flag, 0);
        break;
      case 'unknown-user':
      case 'special':
        break;
      default:
        await register(token);
    }
  }
}

/** `token.wrong.tcp` → wrong, `rpc.token.good` → good, `device.master.same-device` → master. */
function caseOf(id: string): string {
  const [first, second = '', third = ''] = id.split('.');
  return first === 'rpc' ? third : second;
}

async function ban(server: TestServer, uid: string): Promise<void> {
  const saved = await server.core.directory.saveUser(uid, { banned: true });
  if (saved.ok) server.core.bus.publishChanges(saved.value.changes);
}
