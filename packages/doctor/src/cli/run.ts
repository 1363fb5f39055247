import { readFileSync, writeFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { conclude } from '../engine/conclude.ts';
import { diagnose } from '../engine/diagnose.ts';
import { readFacts } from '../engine/replay.ts';
import { readLog } from '../log/read-log.ts';
import { pastedLog } from '../log/target.ts';
import type { Question, Secrets } from '../model/question.ts';
import type { ExitCode, Report } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import type { Lang } from '../model/text.ts';
import { guessTarget, targetNamed, targets } from '../targets/index.ts';
import { fingerprint, parseUrl, showUrl } from '../tools/redact.ts';
import { progressTo } from './progress.ts';
import { renderText } from './render-text.ts';
import { listenCommand } from './listen.ts';
import { addTargetOptions, givenByOptions } from './target-options.ts';
import { readSecrets, takeFromQuery } from './secrets.ts';
import type { Terminal } from './terminal.ts';
import { languageOf, numberOf, UsageError } from './words.ts';

interface Options {
  readonly kind: string;
  readonly active?: true;
  readonly json?: true;
  readonly lang: Lang;
  readonly selfId?: string;
  readonly saw?: string;
  readonly save?: string;
  readonly replay?: string;
  readonly log?: string;
  readonly timeout: string;
  readonly [secret: string]: unknown;
}

/** `doctor <url> …`: the whole command. Answers the exit code; throws nothing. */
export async function runDoctor(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const command = commandOf(terminal);
  let exit: ExitCode = 0;
  command.action(async (url: string | undefined, options: Options) => {
    if (options.replay !== undefined) exit = replay(options, terminal);
    else if (options.log !== undefined) exit = await explainLog(options.log, options, terminal);
    else exit = await examine(url, options, terminal);
  });
  const listen = listenCommand(terminal, (code) => {
    exit = code;
  });
  command.addCommand(listen.copyInheritedSettings(command));
  try {
    await command.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 4;
    if (error instanceof UsageError) {
      terminal.err(`${error.message}\n`);
      return 4;
    }
    terminal.err(`doctor failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 5;
  }
}

function commandOf(terminal: Terminal): Command {
  const kinds = targets.filter((target) => target.probes.length > 0).map((target) => target.name);
  const command = new Command('doctor')
    .description('Names the cause of a refused connection. Read-only by default: nothing it sends can act.')
    .version(terminal.version)
    .argument('[url]', 'the address as your software has it, e.g. ws://127.0.0.1:8080/onebot/v11/ws')
    .addOption(new Option('--kind <kind>', 'what answers there').choices(['auto', ...kinds]).default('auto'))
    .option('--token-env <name>', 'environment variable that holds the token')
    .option('--token-stdin', 'read the token from standard input')
    .option('--password-env <name>', 'environment variable that holds the password')
    .option('--manager-token-env <name>', "environment variable that holds the WuKongIM manager token, or Hufu's admin secret")
    .option('--access-token-env <name>', 'environment variable that holds a Nacos access token')
    .option('--secret-env <name>', 'environment variable that holds the HTTP POST secret')
    .option('--self-id <number>', 'number of the bot')
    .option('--saw <status>', 'the HTTP status your own client met, e.g. 403')
    .option('--active', 'also probes the other side may act on: a bot comes online for a moment, a session may be replaced')
    .option('--json', 'for machines')
    .addOption(new Option('--lang <lang>', 'language of the answer').choices(['zh', 'en']).default(languageOf(terminal.env)))
    .option('--save <file>', 'keep what was seen, without secrets')
    .option(
      '--log <file>',
      'explain a log of NoneBot, Koishi, LLOneBot, NapCat, Lagrange, WuKongIM or Nacos; - reads standard input',
    )
    .option('--replay <file>', 'judge saved facts again; no network')
    .option('--timeout <seconds>', 'longest time for all probes together', '10')
    .addHelpText(
      'after',
      '\nExit codes: 0 it works · 1 cause found · 2 several causes remain · 3 not reachable · 4 wrong use · 5 own fault',
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  addTargetOptions(command, targets);
  return command;
}

async function examine(url: string | undefined, options: Options, terminal: Terminal): Promise<ExitCode> {
  const parsed = url === undefined ? null : parseUrl(url);
  if (parsed === null || parsed.hostname === '')
    throw new UsageError('give the whole address with its scheme, e.g. ws://127.0.0.1:8080/onebot/v11/ws');
  const target = options.kind === 'auto' ? guessTarget(parsed) : targetNamed(options.kind);
  if (target === null) throw new UsageError(`no kind fits ${parsed.protocol}//; name it with --kind`);
  const { secrets, tokenInQuery } = takeFromQuery(parsed, await readSecrets(options, terminal));
  const { facts, report } = await diagnose({
    target,
    question: questionOf(target, parsed, { options, secrets, tokenInQuery }),
    secrets,
    totalMs: numberOf('--timeout', options.timeout, 1, 60) * 1000,
    ...(terminal.interactive && options.json !== true ? { onStep: progressTo((text) => terminal.err(text), options.lang) } : {}),
  });
  if (options.save !== undefined) writeFileSync(options.save, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  return tell(report, options, terminal);
}

function replay(options: Options, terminal: Terminal): ExitCode {
  const facts = readFacts(readText(options.replay ?? ''));
  if (facts === null) throw new UsageError('that file holds no facts of this doctor; --save writes them');
  const target = targetNamed(facts.question.target);
  if (target === null) throw new UsageError(`this doctor does not know the kind ${facts.question.target}`);
  return tell(conclude(target, facts), options, terminal);
}

async function explainLog(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const text = path === '-' ? await terminal.readStdin() : readText(path);
  const question: Question = {
    target: pastedLog.name,
    url: path === '-' ? 'standard input' : path,
    active: false,
    secrets: {},
    given: {},
  };
  return tell(conclude(pastedLog, { schema: 'hufu.doctor/1', question, seen: readLog(text) }), options, terminal);
}

function tell(report: Report, options: Options, terminal: Terminal): ExitCode {
  terminal.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : renderText(report, options.lang));
  return report.exit;
}

interface Given {
  readonly options: Options;
  readonly secrets: Secrets;
  readonly tokenInQuery: boolean;
}

function questionOf(target: Target, url: URL, given: Given): Question {
  const { options, secrets, tokenInQuery } = given;
  return {
    target: target.name,
    url: showUrl(url.href),
    active: options.active === true,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, fingerprint(value)])),
    given: {
      clockMs: Date.now(),
      ...(tokenInQuery ? { tokenInQuery } : {}),
      ...(options.selfId === undefined ? {} : { selfId: numberOf('--self-id', options.selfId, 1, Number.MAX_SAFE_INTEGER) }),
      ...(options.saw === undefined ? {} : { saw: numberOf('--saw', options.saw, 100, 599) }),
      ...givenByOptions(target, options, targets),
    },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
