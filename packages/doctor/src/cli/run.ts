import { Command, CommanderError, Option } from 'commander';
import { conclude } from '../engine/conclude.ts';
import { diagnose } from '../engine/diagnose.ts';
import { readFacts } from '../engine/replay.ts';
import { linesOf } from '../log/lines.ts';
import { readLog } from '../log/read-log.ts';
import { pastedLog } from '../log/target.ts';
import type { Facts } from '../model/facts.ts';
import type { Question, Secrets } from '../model/question.ts';
import type { ExitCode, Report } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import type { Lang } from '../model/text.ts';
import { guessTarget, targetNamed, targets } from '../targets/index.ts';
import { fingerprint, parseUrl, showUrl } from '../tools/redact.ts';
import { readPieces, readSmall, writePrivate } from './files.ts';
import { progressTo } from './progress.ts';
import { proxyVariable } from './proxy.ts';
import { renderText } from './render-text.ts';
import { listenCommand } from './listen.ts';
import { addTargetOptions, givenByOptions } from './target-options.ts';
import { readSecrets, takeFromQuery } from './secrets.ts';
import type { Terminal } from './terminal.ts';
import { languageAsked, languageOf, numberOf, UsageError } from './words.ts';

/** Twenty requests with all they may hold, some times over. */
const MAX_FACTS = 4 * 1024 * 1024;

interface Options {
  readonly kind: string;
  readonly active?: true;
  readonly insecure?: true;
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
    if ([url, options.replay, options.log].filter((one) => one !== undefined).length > 1)
      throw new UsageError('地址、--log 与 --replay 只能给一个', 'give one of: an address, --log, --replay');
    if (options.replay !== undefined) exit = await replay(options.replay, options, terminal);
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
      terminal.err(`${error.says[languageAsked(argv, terminal.env)]}\n`);
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
    .option('--insecure', 'send the given secrets although the certificate is not trusted')
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
  const parsed = addressOf(url);
  const target = options.kind === 'auto' ? guessTarget(parsed) : targetNamed(options.kind);
  if (target === null)
    throw new UsageError(
      `没有哪个种类的地址以 ${parsed.protocol}// 开头；用 --kind 指明`,
      `no kind fits ${parsed.protocol}//; name it with --kind`,
    );
  const { secrets, tokenInQuery } = takeFromQuery(parsed, await readSecrets(options, terminal));
  const { facts, report } = await diagnose({
    target,
    question: questionOf(target, parsed, { options, secrets, tokenInQuery, proxy: proxyVariable(parsed, terminal.env) }),
    secrets,
    totalMs: numberOf('--timeout', options.timeout, 1, 60) * 1000,
    ...(terminal.interactive && options.json !== true ? { onStep: progressTo((text) => terminal.err(text), options.lang) } : {}),
  });
  return tell(facts, report, { options, terminal });
}

function addressOf(text: string | undefined): URL {
  const parsed = text === undefined ? null : parseUrl(text);
  if (parsed !== null && parsed.hostname !== '') return parsed;
  if (text !== undefined && /^[\w.[\]:-]+(\/.*)?$/.test(text) && URL.canParse(`ws://${text}`))
    throw new UsageError(
      `地址缺少协议：写成 ${showUrl(`ws://${text}`)}，HTTP API 写 http://…`,
      `the address has no scheme: write ${showUrl(`ws://${text}`)}, or http://… for an HTTP API`,
    );
  throw new UsageError(
    '给出带协议的完整地址，例如 ws://127.0.0.1:8080/onebot/v11/ws',
    'give the whole address with its scheme, e.g. ws://127.0.0.1:8080/onebot/v11/ws',
  );
}

async function replay(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const facts = readFacts(await readSmall(path, MAX_FACTS));
  const target = facts === null ? null : targetNamed(facts.question.target);
  if (facts === null || (target !== null && target !== pastedLog && parseUrl(facts.question.url) === null))
    throw new UsageError(`${path} 不是这个 doctor 用 --save 写的文件`, `${path} is no file that --save of this doctor wrote`);
  if (target === null)
    throw new UsageError(
      `这个 doctor 不认识种类 ${facts.question.target}`,
      `this doctor does not know the kind ${facts.question.target}`,
    );
  return tell(facts, conclude(target, facts), { options, terminal });
}

async function explainLog(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const isPiped = path === '-';
  const question: Question = {
    target: pastedLog.name,
    url: isPiped ? 'standard input' : path,
    active: false,
    secrets: {},
    given: {},
  };
  const seen = await readLog(linesOf(isPiped ? terminal.stdin : readPieces(path)));
  const facts: Facts = { schema: 'hufu.doctor/1', question, seen };
  return tell(facts, conclude(pastedLog, facts), { options, terminal });
}

/** The verdict first: a file that cannot be written does not take it away. */
function tell(facts: Facts, report: Report, to: { readonly options: Options; readonly terminal: Terminal }): ExitCode {
  const { json, lang, save } = to.options;
  to.terminal.out(json === true ? `${JSON.stringify(report, null, 2)}\n` : renderText(report, lang));
  if (save !== undefined) writePrivate(save, `${JSON.stringify(facts, null, 2)}\n`);
  return report.exit;
}

interface Given {
  readonly options: Options;
  readonly secrets: Secrets;
  readonly tokenInQuery: string | null;
  readonly proxy: string | null;
}

function questionOf(target: Target, url: URL, given: Given): Question {
  const { options, secrets, tokenInQuery, proxy } = given;
  return {
    target: target.name,
    url: showUrl(url.href),
    active: options.active === true,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, fingerprint(value)])),
    given: {
      clockMs: Date.now(),
      ...(tokenInQuery === null ? {} : { tokenInQuery }),
      ...(proxy === null ? {} : { proxy }),
      ...(options.insecure === true ? { insecure: true } : {}),
      ...(options.selfId === undefined ? {} : { selfId: numberOf('--self-id', options.selfId, 1, Number.MAX_SAFE_INTEGER) }),
      ...(options.saw === undefined ? {} : { saw: numberOf('--saw', options.saw, 100, 599) }),
      ...givenByOptions(target, options, targets),
    },
  };
}
