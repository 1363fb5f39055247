import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installed } from './program.ts';
import { until } from './server.ts';

const CLIENT = join(import.meta.dirname, '../wukong-easy/client.py');

export interface EasyEvent {
  readonly kind: string;
  readonly value: Record<string, unknown>;
}

export interface EasyClient {
  readonly events: readonly EasyEvent[];
  /** Says a command and answers the event that it ends with. */
  command(command: Record<string, unknown>, ...ends: string[]): Promise<EasyEvent>;
  /** The first event of that kind that was not answered yet. */
  next(kind: string, matches?: (value: EasyEvent['value']) => boolean): Promise<EasyEvent['value']>;
  count(kind: string): number;
  close(): Promise<void>;
}

/** The unmodified WuKongEasySDK for Python in a process of its own, connecting at once. Its heartbeat comes twice a second, so that every test sees it. */
export function startEasy(url: string, uid: string, token: string, deviceFlag = 2): EasyClient {
  const child = spawn(installed('HUFU_PEERS_WUKONG_EASY'), [CLIENT, url, uid, token, String(deviceFlag)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
  });
  const events: EasyEvent[] = [];
  const taken = new Set<EasyEvent>();
  let text = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line) as EasyEvent);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-10_000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const take = async (kinds: readonly string[], matches: (value: EasyEvent['value']) => boolean): Promise<EasyEvent> => {
    const found = await until(`${uid} to hear ${kinds.join(' or ')}: ${stderr}`, () =>
      events.find((event) => kinds.includes(event.kind) && !taken.has(event) && matches(event.value)),
    );
    taken.add(found);
    return found;
  };
  return {
    events,
    command(command, ...ends) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return take(ends, () => true);
    },
    next: async (kind, matches = () => true) => (await take([kind], matches)).value,
    count: (kind) => events.filter((event) => event.kind === kind).length,
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
