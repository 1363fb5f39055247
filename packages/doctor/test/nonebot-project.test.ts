import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDotenv } from '../src/targets/onebot-reverse/dotenv.ts';
import { lookAtProject } from '../src/targets/onebot-reverse/project.ts';
import { nearMiss, variantsOf } from '../src/targets/onebot-reverse/token-forms.ts';

/** What NoneBot 2.5.0 (python-dotenv 1.2.4) took from each line; null = nothing. */
const LINES: readonly (readonly [line: string, value: string | null])[] = [
  ['T=123456', '123456'],
  ['T="123456"', '123456'],
  [`T='"123456"'`, '"123456"'],
  ['T=" tok "', ' tok '],
  ['T= tok  # a comment', 'tok'],
  ['T=“tok”', '“tok”'],
  ['export T=tok', 'tok'],
  ['T: tok', null],
  ['T=a#b', 'a#b'],
  ['T="a\\nb"', 'a\nb'],
  [`T='a\\nb'`, 'a\\nb'],
  ['T=', ''],
  ['\uFEFFT=tok', 'tok'],
  ['T=tok\r', 'tok'],
  ['T="tok', null],
  ['T = "tok"', 'tok'],
  ['# T=tok', null],
  ['A=1\nT=tok\nB="x\ny"', 'tok'],
  ['T=one\nT=two', 'two'],
];

test('a line of .env gives what python-dotenv makes of it', () => {
  for (const [line, value] of LINES) assert.equal(parseDotenv(line).get('T') ?? null, value, JSON.stringify(line));
});

test('lines of half quotes, however many, set nothing', () => {
  assert.equal(parseDotenv(`T="${"\\'x".repeat(20_000)}`).size, 0);
  assert.equal(parseDotenv('T="x\n'.repeat(10_000)).size, 0);
});

test('tokens that a person takes for the same are told by what differs, and by the end that carries it', () => {
  for (const [a, b, kind, carriedBy] of [
    [' tok ', 'tok', 'blanks', 'a'],
    ['tok', 'tok\n', 'blanks', 'b'],
    ['"tok"', 'tok', 'quotes', 'a'],
    ['tok', '“tok”', 'quotes', 'b'],
    ["'tok' ", 'tok', 'quotes', 'a'],
    ['to%6B', 'tok', 'percent', 'a'],
    ['tok', 'Bearer tok', 'scheme', 'b'],
  ] as const)
    assert.deepEqual(nearMiss(a, b), { kind, carriedBy }, `${a} and ${b}`);
  for (const [a, b] of [
    ['tok', 'token'],
    ['tok', 'TOK'],
    [' ', ''],
    ['""', "''"],
  ] as const)
    assert.equal(nearMiss(a, b), null, `${a} and ${b}`);
});

test('a plain token has no variants to try', () => {
  assert.deepEqual(variantsOf('abc-DEF_123.~'), { blanks: null, quotes: null, percent: null });
  assert.deepEqual(variantsOf('100%'), { blanks: null, quotes: null, percent: null });
  assert.deepEqual(variantsOf(' "a%20b" '), { blanks: '"a%20b"', quotes: 'a%20b', percent: 'a b' });
});

function look(files: Readonly<Record<string, string>>, token?: string) {
  return lookAtProject((name) => files[name] ?? null, token === undefined ? {} : { token });
}

test('the file of the environment stands above .env, and keys are not case-sensitive', () => {
  const files = { '.env': 'ENVIRONMENT=dev\nPORT=1\nonebot_access_token=one', '.env.dev': 'port=8081\nHOST=0.0.0.0' };
  const { port, host, token, tokenKey, files: read } = look(files, 'one');
  assert.deepEqual([port, host, token, tokenKey, read], [8081, '0.0.0.0', 'equal', 'onebot_access_token', '.env .env.dev']);
  assert.equal(look({ '.env': 'PORT=1', '.env.prod': 'PORT=2' })['port'], 2);
});

test('the V11 key stands above the general one', () => {
  const { token, tokenKey } = look({ '.env': 'ONEBOT_ACCESS_TOKEN=one\nONEBOT_V11_ACCESS_TOKEN=two' }, 'two');
  assert.deepEqual([token, tokenKey], ['equal', 'ONEBOT_V11_ACCESS_TOKEN']);
});

test('a key that NoneBot ignores is named, unless a right one stands beside it', () => {
  for (const key of ['ONE_BOT_ACCESS_TOKEN', 'ACCESS_TOKEN', 'ONEBOT_ACCESSTOKEN', 'ONEBOT_TOKEN', 'ONEBOT_V12_ACCESS_TOKEN'])
    assert.deepEqual([look({ '.env': `${key}=x` })['misnamedKey'], look({ '.env': `${key}=x` })['token']], [key, 'unset'], key);
  assert.equal(look({ '.env': 'ACCESS_TOKEN=x\nONEBOT_ACCESS_TOKEN=y' })['misnamedKey'], '');
  for (const key of ['OPENAI_TOKEN', 'TOKENIZER', 'PORT']) assert.equal(look({ '.env': `${key}=x` })['misnamedKey'], '', key);
});

test('a driver that only dials does not listen, and one that is not known is not judged', () => {
  for (const [driver, listens] of [
    ['~fastapi', true],
    ['~fastapi+~websockets', true],
    ['nonebot.drivers.quart', true],
    ['~none', false],
    ['~httpx+~websockets', false],
    ['~aiohttp', false],
    ['my.own:Driver', null],
  ] as const)
    assert.equal(look({ '.env': `DRIVER=${driver}` })['listens'], listens, driver);
  assert.equal(look({ '.env': 'PORT=1' })['listens'], true);
});

test('what bot.py says to nonebot.init counts more than the files', () => {
  const { driver, port } = look({
    '.env': 'DRIVER=~fastapi\nPORT=1',
    'bot.py': 'import nonebot\nnonebot.init(driver="~none", port=9090)\n',
  });
  assert.deepEqual([driver, port], ['~none', 9090]);
});

test('the adapter is looked for in the program, outside comments, and in pyproject.toml where there is no program', () => {
  const v11 = 'from nonebot.adapters.onebot.v11 import Adapter\nnonebot.get_driver().register_adapter(Adapter)';
  for (const [files, adapter] of [
    [{ 'bot.py': v11 }, 'v11'],
    [{ 'main.py': v11.replace('v11', 'v12') }, 'v12'],
    [{ 'bot.py': 'from nonebot.adapters.onebot import V11Adapter\ndriver.register_adapter(V11Adapter)' }, 'v11'],
    [{ 'bot.py': `# ${v11.replace('\n', '\n# ')}` }, 'none'],
    [{ 'bot.py': 'from nonebot.adapters.onebot.v11 import Message' }, 'none'],
    [
      { 'pyproject.toml': '[tool.nonebot]\nadapters = [{ name = "OneBot V11", module_name = "nonebot.adapters.onebot.v11" }]' },
      'v11',
    ],
    [{ '.env': 'PORT=1' }, 'unknown'],
  ] as const)
    assert.equal(look(files)['adapter'], adapter, JSON.stringify(files));
});

test('no value of a project ever leaves it, but driver, host and port', () => {
  const secret = 'project-secret-value';
  const files = {
    '.env': `ONEBOT_ACCESS_TOKEN=${secret}\nONEBOT_SECRET=${secret}\nAPI_KEY="${secret}"\nDRIVER=~fastapi`,
    'bot.py': `nonebot.init(api_key="${secret}")`,
    'pyproject.toml': `key = "${secret}"`,
  };
  assert.ok(!JSON.stringify(look(files, 'another')).includes(secret));
});

test('a folder without files says nothing about a token', () => {
  assert.deepEqual([look({}, 'x')['files'], look({}, 'x')['token']], ['', 'unknown']);
});

test('a token that is put together from another variable is not judged', () => {
  assert.equal(look({ '.env': 'ONEBOT_ACCESS_TOKEN=${OTHER}' }, 'x')['token'], 'unknown');
});
