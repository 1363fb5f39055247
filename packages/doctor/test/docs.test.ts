import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { isRefusalCode } from '@hufu/refusals';
import { operatorText } from '@hufu/refusals/texts';
import { runDoctor } from '../src/cli/run.ts';
import type { Lang } from '../src/model/text.ts';
import { freePort } from '../../../peers/lib/free-port.ts';

const ROOT = join(import.meta.dirname, '../../..');
const GUIDES = globSync('docs/guides/doctor/*/*.md', { cwd: ROOT }).toSorted();
const PAGES = [...GUIDES, 'README.md', 'README.zh-CN.md'];
const COMMAND = /(?:npx @hufu\/doctor|hufu -- doctor|hufu doctor|`doctor) ([^`\n#]+)/g;
const FAMILIES = 'remote|nacos|cred|wk|cors|http|onebot|net|scope|im|rate';
/** Not `http.ts` or a name of a host. */
const CODE = new RegExp(String.raw`(?<![\w./-])(?:${FAMILIES})\.[a-z_]+(?![\w.-])`, 'g');

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const langOf = (page: string): Lang => (/\/zh\/|zh-CN/.test(page) ? 'zh' : 'en');
const codesIn = (page: string) => [...new Set(textOf(page).match(CODE))].toSorted();
/** What a person types, with the words that differ from place to place filled in. */
const commandsIn = (page: string) =>
  [...textOf(page).matchAll(COMMAND)].map(([, args = '']) =>
    args
      .trim()
      .replaceAll(/<(?:url|地址|that address|那个地址)>/g, 'ws://127.0.0.1:8080/onebot/v11/ws')
      .replaceAll(/<(?:port|端口)>/g, '8765'),
  );

describe('the guides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-guides-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let closed = '';
  before(async () => {
    closed = `127.0.0.1:${await freePort()}`;
    writeFileSync(join(folder, '.env'), 'PORT=8080\n');
    writeFileSync(join(folder, 'log'), 'OneBot V11 | Missing Authorization Header\n');
    await doctor(['ws://127.0.0.1:8080/onebot/v11/ws', '--save', join(folder, 'facts.json')]);
  });

  /** The real command with these arguments, on a closed port, with files that exist. */
  async function doctor(args: readonly string[]) {
    const real = args.map((arg, at) => {
      const option = args[at - 1];
      if (option === '--log') return join(folder, 'log');
      if (option === '--project') return folder;
      if (option === '--save' || option === '--replay') return join(folder, 'facts.json');
      if (option === 'listen') return '0';
      if (option === '--origin') return arg;
      return arg.replace(/^(\w+):\/\/[^/]+/, `$1://${closed}`);
    });
    let out = '';
    let err = '';
    const exit = await runDoctor(args[0] === 'listen' ? [...real, '--timeout', '1'] : real, {
      env: { BOT_TOKEN: 'a', API_KEY: 'b', ONEBOT_TOKEN: 'c', WK_TOKEN: 'd', NACOS_TOKEN: 'e', NACOS_PASSWORD: 'f' },
      stdin: Readable.from([Buffer.from('token')]),
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      interactive: false,
      version: '0.0.0',
    });
    return { exit, out, err };
  }

  test('exist in both languages, with the same causes', () => {
    const english = GUIDES.filter((page) => langOf(page) === 'en');
    assert.equal(english.length, 6);
    for (const page of english) assert.deepEqual(codesIn(page.replace('/en/', '/zh/')), codesIn(page), page);
  });

  test('show only commands that the real command takes', async () => {
    const commands = [...new Set(PAGES.flatMap(commandsIn).map((args) => args.replace(/ --lang zh$/, '')))];
    assert.ok(commands.length > 15, `${commands.length} commands`);
    await Promise.all(
      commands.map(async (args) => {
        const { exit, err } = await doctor(args.split(' '));
        assert.ok(exit !== 4 && exit !== 5, `doctor ${args} ended with ${exit}: ${err}`);
      }),
    );
  });

  test('name only options that exist', async () => {
    const help = `${(await doctor(['--help'])).out}${(await doctor(['listen', '--help'])).out}`;
    for (const page of GUIDES)
      for (const [option] of textOf(page).matchAll(/(?<![\w-])--[a-z][a-z-]+/g))
        assert.match(help, new RegExp(`${option}\\b`), `${page}: ${option}`);
  });

  test('name only causes that exist, with the title and the fix that the doctor prints', () => {
    for (const page of PAGES) {
      const lang = langOf(page);
      for (const code of codesIn(page)) assert.ok(isRefusalCode(code), `${page}: ${code}`);
      let fix = '';
      for (const line of textOf(page).split('\n')) {
        const [, title, code = ''] = /^[✗?!](?: (?:warning|注意):)? (.+?) {2}([a-z_.]+)(?: \(|$)/.exec(line) ?? [];
        if (isRefusalCode(code)) {
          assert.equal(title, operatorText(code)[lang].title, page);
          fix = operatorText(code)[lang].fix;
        }
        const [, shown] = /^ {2}(?:fix|修复): (.+)$/.exec(line) ?? [];
        // The README shows the cards of `hufu explain`, cut short.
        const [, begun] = /^(.+?) ?…+$/.exec(shown ?? '') ?? [];
        if (begun !== undefined) assert.ok(fix.startsWith(begun), `${page}: ${shown}`);
        else if (shown !== undefined) assert.equal(shown, fix, page);
      }
    }
  });

  test('link to pages that exist', () => {
    for (const page of PAGES)
      for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g))
        assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page}: ${target}`);
  });
});
