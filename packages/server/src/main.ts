import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { doctor } from './cli/doctor.ts';
import { explain } from './cli/explain.ts';
import { serve } from './cli/serve.ts';
import { flagName, optionKeys } from './config/load.ts';
import { options } from './config/schema.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
// An empty LC_ALL is an unset one (POSIX).
const language = /^zh/i.test(process.env.LC_ALL || process.env.LANG || '') ? 'zh' : 'en';

const program = new Command('hufu')
  .description('Instant messaging for people and bots in which every refusal explains itself.')
  .version(version);

const serveCommand = program
  .command('serve')
  .description('start the server')
  .option('--config <path>', 'hufu.yaml (also HUFU_CONFIG)');
for (const key of optionKeys()) serveCommand.option(`--${flagName(key)} <value>`, `${options[key].doc} (${options[key].env})`);
serveCommand.action(async (given: Record<string, string>) => {
  process.exitCode = await serve({ given, version, env: process.env, lang: language });
});

program
  .command('explain')
  .description('why was this refused? Reads the decision of a request id from the running server')
  .argument('<request-id>', 'the id that the refused peer saw, hr_…')
  .option('--data-dir <path>', 'data folder of the running server', process.env.HUFU_DATA_DIR ?? 'data')
  .option('--json', 'for machines', false)
  .option('--lang <lang>', 'zh or en', language)
  .action(async (requestId: string, given: { dataDir: string; json: boolean; lang: string }) => {
    process.exitCode = await explain(requestId, {
      dataDir: given.dataDir,
      json: given.json,
      lang: given.lang === 'zh' ? 'zh' : 'en',
    });
  });

program
  .command('doctor')
  .description("why does somebody else's end refuse? `hufu doctor --help` tells all of it")
  .helpOption(false)
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options: unknown, command: Command) => {
    process.exitCode = await doctor(command.args);
  });

await program.parseAsync();
