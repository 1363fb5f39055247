import { freePort } from './free-port.ts';
import { installed, type Program, startProgram } from './program.ts';

export interface Bot {
  readonly port: number;
  readonly program: Program;
}

export interface BotSetup {
  /** Variable that names the interpreter, as `scripts/peers.mjs` sets it. */
  readonly python: string;
  readonly env: string;
  /** Modules of adapters to register. */
  readonly adapters?: readonly string[];
  /** Arguments of nonebot.run. */
  readonly run?: string;
  readonly ready?: RegExp;
}

/** An unmodified NoneBot with this .env and these adapters, on a port of its own. */
export async function startBot({
  python,
  env,
  adapters = ['v11'],
  run = '',
  ready = /Uvicorn running on/,
}: BotSetup): Promise<Bot> {
  const port = await freePort();
  const program = await startProgram({
    name: 'NoneBot',
    command: installed(python),
    args: ['bot.py'],
    ready,
    files: [
      { path: '.env', content: `PORT=${port}\n${env}\n` },
      {
        path: 'bot.py',
        content: [
          'import nonebot',
          ...adapters.map((version) => `from nonebot.adapters.onebot.${version} import Adapter as Adapter_${version}`),
          'nonebot.init()',
          ...adapters.map((version) => `nonebot.get_driver().register_adapter(Adapter_${version})`),
          `nonebot.run(${run})`,
        ].join('\n'),
      },
    ],
  });
  return { port, program };
}
