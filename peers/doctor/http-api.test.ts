import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { launchChromium } from '../lib/chromium.ts';
import { askDoctor } from '../lib/doctor.ts';
import { type ApiBehaviour, startApi } from './fakes/api.ts';

const KEY = 'key-secret-1234';

interface Row {
  readonly fault: string;
  readonly api: ApiBehaviour;
  readonly key?: string;
  readonly args?: readonly string[];
  readonly path?: string;
  readonly codes: readonly string[];
  readonly says?: RegExp;
  /** What is said to remain open, and nothing else. */
  readonly open?: RegExp;
}

const rows: readonly Row[] = [
  { fault: 'healthy', api: { key: KEY }, codes: [] },
  { fault: 'no key', api: { key: KEY }, key: '', codes: ['remote.api_key_missing'] },
  { fault: 'a wrong key', api: { key: 'another' }, codes: ['remote.api_key_rejected'] },
  {
    fault: 'a wrong key, tried against an impossible one',
    api: { key: 'another', mute: true },
    args: ['--active'],
    codes: ['remote.api_key_rejected'],
  },
  { fault: 'a revoked key', api: { revoked: KEY }, codes: ['remote.api_key_revoked'] },
  { fault: 'an expired key', api: { expired: KEY }, codes: ['remote.api_key_expired'] },
  {
    fault: 'an address that is not listed, named',
    api: { key: KEY, address: 'named' },
    codes: ['remote.api_address'],
    says: /the server saw the address 127\.0\.0\.1/,
  },
  {
    fault: 'an address that is not listed, not named',
    api: { key: KEY, address: 'silent' },
    args: ['--active'],
    codes: ['remote.api_address', 'remote.front_block'],
  },
  { fault: 'a method that is not taken', api: { key: KEY, methods: ['POST'] }, codes: ['remote.api_method'], says: /POST/ },
  { fault: 'a path that does not exist', api: { key: KEY }, path: '/v2/messages', codes: ['remote.api_route'] },
  {
    fault: 'an address of IPv6 that is not listed, named',
    api: { key: KEY, address: 'named', sees: '2001:db8::17' },
    codes: ['remote.api_address'],
    says: /the server saw the address 2001:db8::17/,
  },
  {
    fault: 'the page of a CDN that names the address: not the list of the API',
    api: { key: KEY, address: 'page', sees: '203.0.113.7' },
    codes: ['remote.front_block'],
    says: /it saw the address 203\.0\.113\.7/,
  },
  {
    fault: 'a missing scope, named',
    api: { key: KEY, scope: 'message:send' },
    codes: ['remote.api_scope'],
    says: /the server says: scope message:send is needed/,
  },
  { fault: 'a missing scope, not named', api: { key: KEY, silentScope: true }, codes: ['remote.api_scope'] },
  { fault: 'a feature that the plan lacks', api: { key: KEY, plan: true }, codes: ['remote.api_disabled'] },
  { fault: 'a rate limit with its time', api: { key: KEY, rate: '17' }, codes: ['remote.api_rate'], says: /try again in 17 s/ },
  { fault: 'a key in the wrong header', api: { key: KEY, header: 'x-api-key' }, codes: ['remote.api_key_place'] },
  {
    fault: 'the header the API reads, healthy',
    api: { key: KEY, header: 'x-api-key' },
    args: ['--key-header', 'X-API-Key'],
    codes: [],
  },
  {
    fault: 'a key that is unknown: not to be told from one that was deleted',
    api: { key: 'another' },
    codes: ['remote.api_key_rejected'],
    open: /unknown and revoked look alike from outside/,
  },
  {
    fault: 'refused without a word: the address list is not to be told from a firewall',
    api: { key: KEY, address: 'silent' },
    codes: ['remote.api_address', 'remote.front_block'],
    open: /address list and a firewall in front cannot be told apart from outside/,
  },
  { fault: 'a key in the query, healthy', api: { key: KEY, query: 'api_key' }, key: '', path: `?api_key=${KEY}`, codes: [] },
  {
    fault: 'a wrong key in the query',
    api: { key: 'another', query: 'key' },
    key: '',
    path: `?key=${KEY}`,
    codes: ['remote.api_key_rejected'],
  },
  {
    fault: 'a key in the query of an API that reads the header',
    api: { key: KEY },
    key: '',
    path: `?token=${KEY}`,
    codes: ['remote.api_key_place'],
    says: /the key was sent in the query, as token/,
  },
  { fault: 'a wrong method and no key at once', api: { key: KEY, methods: ['POST'] }, key: '', codes: ['remote.api_method'] },
];

describe('doctor on HTTP APIs with a key', { timeout: 120_000 }, () => {
  for (const { fault, api: behaviour, key = KEY, args = [], path, codes, says, open } of rows) {
    test(`${fault}: ${codes.join(' and ') || 'nothing wrong'}`, async () => {
      using api = await startApi(behaviour);
      const url = path === undefined ? api.url : new URL(path, api.url).href;
      const withKey = key === '' ? [] : ['--token-env', 'API_KEY'];
      const answer = await askDoctor(
        [url, '--kind', 'http-api', '--lang', 'en', ...withKey, ...args],
        key === '' ? {} : { API_KEY: key },
      );
      assert.deepEqual(answer.codes, codes, answer.text);
      if (says !== undefined) assert.match(answer.text, says);
      if (open !== undefined)
        assert.deepEqual(
          answer.report.open.map((one) => open.test(one.en)),
          [true],
          answer.text,
        );
      assert.ok(!answer.text.includes(KEY));
      assert.ok(api.requests.length <= 20);
      const sent = api.requests.filter((one) => path?.includes(KEY) !== true && one.url.includes(KEY));
      assert.deepEqual(sent, [], 'a key goes into an address only where the person has it there');
      assert.ok(api.requests.every((one) => ['GET', 'HEAD', 'OPTIONS'].includes(one.method)));
    });
  }

  test('what one cannot tell from outside is said, and what to ask for', async () => {
    using api = await startApi({ key: 'another', mute: true });
    const { exit, report } = await askDoctor([api.url, '--kind', 'http-api', '--token-env', 'API_KEY'], { API_KEY: KEY });
    assert.notEqual(exit, 0);
    assert.match(JSON.stringify(report.open), /unknown and revoked look alike from outside/);
  });

  test('a method that may change something is not sent unless asked to', async () => {
    using api = await startApi({ key: KEY });
    const careful = await askDoctor([api.url, '--kind', 'http-api', '--method', 'POST', '--token-env', 'API_KEY'], {
      API_KEY: KEY,
    });
    assert.ok(
      api.requests.every((one) => one.method !== 'POST'),
      'no POST',
    );
    assert.match(JSON.stringify(careful.report.open), /was not sent: --active/);
    await askDoctor([api.url, '--kind', 'http-api', '--method', 'POST', '--token-env', 'API_KEY', '--active'], { API_KEY: KEY });
    assert.ok(
      api.requests.some((one) => one.method === 'POST'),
      'asked to',
    );
  });
});

const ORIGIN_NAME = 'the page';
const corsRows: readonly {
  readonly fault: string;
  readonly allow: (origin: string) => ApiBehaviour['cors'];
  readonly codes: readonly string[];
}[] = [
  { fault: 'no CORS at all', allow: () => undefined, codes: ['remote.api_cors_origin'] },
  {
    fault: 'another origin',
    allow: () => ({ origin: 'https://other.example', methods: 'GET, PUT', headers: 'authorization, content-type' }),
    codes: ['remote.api_cors_origin'],
  },
  {
    fault: 'the method is not listed',
    allow: (origin) => ({ origin, methods: 'GET', headers: 'authorization, content-type' }),
    codes: ['remote.api_cors_method'],
  },
  {
    fault: 'the header is not listed',
    allow: (origin) => ({ origin, methods: 'GET, PUT', headers: 'content-type' }),
    codes: ['remote.api_cors_header'],
  },
  {
    fault: 'neither the method nor the header is listed',
    allow: (origin) => ({ origin, methods: 'GET', headers: 'content-type' }),
    codes: ['remote.api_cors_method', 'remote.api_cors_header'],
  },
  {
    fault: 'every header by a star',
    allow: (origin) => ({ origin, methods: 'GET, PUT', headers: '*' }),
    codes: [],
  },
  {
    fault: 'everything is allowed',
    allow: (origin) => ({ origin, methods: 'GET, PUT', headers: 'authorization, content-type' }),
    codes: [],
  },
];

test('the preflight verdicts are those of Chromium', { timeout: 120_000 }, async () => {
  const browser = await launchChromium();
  const site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>page</title>'));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    for (const { fault, allow, codes } of corsRows) {
      const cors = allow(origin);
      using api = await startApi({ key: KEY, methods: ['GET', 'PUT'], ...(cors === undefined ? {} : { cors }) });
      const {
        codes: found,
        report,
        text,
      } = await askDoctor([api.url, '--kind', 'http-api', '--method', 'PUT', '--origin', origin]);
      assert.deepEqual(found, codes, `${ORIGIN_NAME}, ${fault}: ${text}`);
      assert.equal(
        report.settled.some((one) => one.en === 'the preflight passes'),
        codes.length === 0,
        fault,
      );
      const passed = await page.evaluate(
        ({ url, key }) =>
          fetch(url, { method: 'PUT', headers: { Authorization: `Bearer ${key}` } }).then(
            () => true,
            () => false,
          ),
        { url: api.url, key: KEY },
      );
      assert.equal(passed, codes.length === 0, `Chromium, ${fault}`);
    }
  } finally {
    await browser.close();
    site.close();
  }
});
