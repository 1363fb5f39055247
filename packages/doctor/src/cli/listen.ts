import { Command, Option } from 'commander';
import { conclude } from '../engine/conclude.ts';
import { listenOnce } from '../listen/listen.ts';
import { incoming } from '../listen/target.ts';
import type { Question } from '../model/question.ts';
import type { ExitCode } from '../model/report.ts';
import type { Lang } from '../model/text.ts';
import { codeOf } from '../tools/reach.ts';
import { fingerprint } from '../tools/redact.ts';
import { renderText } from './render-text.ts';
import type { Terminal } from './terminal.ts';
import { readSecrets } from './secrets.ts';
import { languageOf, numberOf, UsageError } from './words.ts';

interface Options {
  readonly host: string;
  readonly timeout: string;
  readonly json?: true;
  readonly lang: Lang;
  readonly [secret: string]: unknown;
}

/** `doctor listen <port>`: waits for one connection and explains what it brought. */
export function listenCommand(terminal: Terminal, exit: (code: ExitCode) => void): Command {
  return new Command('listen')
    .description('waits for a reverse connection (or an event by HTTP POST) and explains what came in, header by header')
    .argument('<port>', 'port to listen on; 0 = any free one')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--token-env <name>', 'environment variable that holds the token to compare with')
    .option('--secret-env <name>', 'environment variable that holds the HTTP POST secret')
    .option('--timeout <seconds>', 'longest wait', '120')
    .option('--json', 'for machines')
    .addOption(new Option('--lang <lang>', 'language of the answer').choices(['zh', 'en']).default(languageOf(terminal.env)))
    .action(async (port: string, options: Options) => {
      const secrets = await readSecrets(options, terminal);
      const waits = { zh: '等待连接', en: 'Waiting for a connection at' }[options.lang];
      let address = '';
      const number = numberOf('port', port, 0, 65_535);
      const seen = await listenOnce({
        host: options.host,
        port: number,
        secrets,
        waitMs: numberOf('--timeout', options.timeout, 1, 3600) * 1000,
        listenMs: 3000,
        onListening: (at) => {
          address = `ws://${at}/`;
          terminal.err(`${waits} ${address}\n`);
        },
      }).catch((error: unknown) => {
        throw cannotListen(error, number, options.host);
      });
      const question: Question = {
        target: incoming.name,
        url: address,
        active: false,
        secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, fingerprint(value)])),
        given: {},
      };
      const report = conclude(incoming, { schema: 'hufu.doctor/1', question, seen });
      terminal.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : renderText(report, options.lang));
      exit(report.exit);
    });
}

/** A port that cannot be had is for the person to change. */
function cannotListen(error: unknown, port: number, host: string): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new UsageError(
        `端口 ${port} 已被占用：先停下在那里监听的程序，doctor 暂时代替它；或者换一个端口`,
        `port ${port} is taken: stop the program that listens there, the doctor takes its place for a moment; or use another port`,
      );
    case 'EACCES':
      return new UsageError(`没有权限监听端口 ${port}：用 1024 以上的端口`, `port ${port} needs more rights: use one above 1024`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(`这台机器没有地址 ${host}`, `this machine has no address ${host}`);
    default:
      return error;
  }
}
