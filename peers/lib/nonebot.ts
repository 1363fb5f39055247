import { existsSync, readFileSync } from 'node:fs';
import { installed, type Program, type SnippetFile, startProgram } from './program.ts';

/** An unmodified NoneBot started from exactly these files, with the pinned packages. */
export function startNoneBot(files: readonly SnippetFile[]): Promise<Program> {
  const python = installed('HUFU_PEERS_PYTHON');
  return startProgram({ name: 'NoneBot', files, command: python, args: ['bot.py'], ready: /Uvicorn running on/ });
}

/** The same, started with one more file that writes down every message event as it comes into `logFile`, one JSON a line. */
export function startLoggedNoneBot(files: readonly SnippetFile[], logFile: string): Promise<Program> {
  const python = installed('HUFU_PEERS_PYTHON');
  const plugin = { path: 'event_log.py', content: EVENT_LOG.replace('LOG_FILE', JSON.stringify(logFile)) };
  const args = ['-c', 'import bot, event_log, nonebot; nonebot.run()'];
  return startProgram({ name: 'NoneBot', files: [...files, plugin], command: python, args, ready: /Uvicorn running on/ });
}

export interface LoggedEvent {
  readonly id: number;
  readonly text: string;
  /** What the event has beyond OneBot. */
  readonly hufu: { readonly replayed?: boolean } | null;
}

export function readEvents(logFile: string): LoggedEvent[] {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : [];
  // The last piece is empty, or a line that is being written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LoggedEvent);
}

const EVENT_LOG = `import json
from nonebot.adapters.onebot.v11 import MessageEvent
from nonebot.message import event_preprocessor


@event_preprocessor
async def write(event: MessageEvent):
    line = {"id": event.message_id, "text": event.get_plaintext(), "hufu": getattr(event, "hufu", None)}
    with open(LOG_FILE, "a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\\n")
`;
