import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { type RunningServer, startServer } from '../app/lifecycle.ts';
import { limitYoungGeneration } from '../app/young-generation.ts';
import { ConfigError } from '../config/error.ts';
import { flagName, loadConfig, optionKeys } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { startFailureText } from './explanation-text.ts';
import { greeting, readyLine } from './greeting.ts';

export interface ServeInput {
  /** Flags as commander names them (camelCase). */
  readonly given: Readonly<Record<string, string>>;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly lang: 'zh' | 'en';
}

/** A connection or a dial that hangs must not keep the process: it ends by itself within five seconds. */
const STOP_WITHIN_MS = 4500;

/** `hufu serve`: runs until SIGTERM or SIGINT. Exit code 0 ended well, 1 could not start, 2 the config is wrong. */
export async function serve(input: ServeInput): Promise<number> {
  let config: Config;
  try {
    const file = input.given.config ?? input.env.HUFU_CONFIG;
    config = loadConfig({
      file: file === undefined || file === '' ? null : resolve(file),
      env: input.env,
      flags: flagsOf(input.given),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  limitYoungGeneration();
  const started = await startServer({ config, version: input.version });
  if (!started.ok) {
    process.stderr.write(startFailureText(started.refusal, input.lang));
    return 1;
  }
  // Before anybody is told that it is ready: from then on a signal means an orderly end.
  const ended = endOf(started.server);
  if (input.env.HUFU_READY === 'json') process.stdout.write(readyLine(started.server, input.version));
  process.stderr.write(greeting(started.server, input.version, input.lang));
  // Now, not at the end: a server that is killed comes back as fast as one that was stopped.
  flushCompileCache();
  return ended;
}

function endOf(server: RunningServer): Promise<number> {
  return new Promise((done) => {
    let stopping = false;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
      void server.stop().then(() => done(0));
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

function flagsOf(given: ServeInput['given']): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const key of optionKeys()) {
    const camel = flagName(key).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = given[camel];
    if (value !== undefined) flags[key] = value;
  }
  return flags;
}
