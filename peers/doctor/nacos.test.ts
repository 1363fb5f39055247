import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { askDoctor, askDoctorHere, type DoctorAnswer } from '../lib/doctor.ts';
import { ADMIN_PASSWORD, type Line, login, paths, prepare, type RealNacos, removeHome, startNacos } from '../lib/nacos.ts';
import { until } from '../lib/server.ts';

const DOCTOR = new URL('../../packages/doctor/src/bin.ts', import.meta.url).pathname;
const READ = new URL('../nacos/read-config.mjs', import.meta.url).pathname;
const LOGIN = ['--username', 'nacos', '--password-env', 'NACOS_PASSWORD'] as const;
const TOKEN = ['--access-token-env', 'NACOS_TOKEN'] as const;
const SHORT = ['nacos.ttl_short'];
const folder = mkdtempSync(join(tmpdir(), 'hufu-nacos-logs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const lines: readonly { readonly line: Line; readonly name: string }[] = [
  { line: 'line3', name: 'Nacos 3.1' },
  { line: 'line2', name: 'Nacos 2.3' },
];

for (const { line, name } of lines) {
  describe(`doctor on a real ${name}`, { timeout: 400_000 }, () => {
    let server: RealNacos;
    let expired = '';
    before(async () => {
      server = await startNacos({ line });
      expired = (await login(server.url, line, 'nacos', ADMIN_PASSWORD)) ?? '';
      const admin = { Authorization: `Bearer ${expired}` };
      // A user without any role: it may log in, and read nothing.
      await fetch(server.url + paths(line).user, {
        method: 'POST',
        headers: admin,
        body: new URLSearchParams({ username: 'norole', password: 'No-Role-1' }),
      });
    });
    after(async () => {
      await server.stop();
      removeHome(server.home);
    });

    const ask = async (args: readonly string[], env: Record<string, string> = {}): Promise<DoctorAnswer> => {
      const secrets = { NACOS_PASSWORD: ADMIN_PASSWORD, NACOS_TOKEN: expired, ...env };
      const answer = await askDoctor([server.url, '--kind', 'nacos', '--lang', 'en', ...args], secrets);
      for (const secret of Object.values(secrets)) assert.ok(secret.length < 6 || !answer.text.includes(secret));
      return answer;
    };
    const verdict = async (args: readonly string[], env?: Record<string, string>) => {
      const { codes, warnings } = await ask(args, env);
      return [...codes, ...warnings];
    };

    test('healthy', async () => assert.deepEqual(await verdict(LOGIN), SHORT));
    test('not logged in', async () => assert.deepEqual(await verdict([]), ['nacos.no_token']));
    test('a wrong password', async () => {
      const answer = await ask(LOGIN, { NACOS_PASSWORD: 'wrong-password-1' });
      assert.deepEqual(answer.codes, ['nacos.user_or_password'], answer.text);
      assert.match(answer.text, /the user is known, the password is wrong/);
    });
    test('an unknown user', async () => {
      const answer = await ask(['--username', 'nobody-here', '--password-env', 'NACOS_PASSWORD']);
      assert.deepEqual(answer.codes, ['nacos.user_or_password'], answer.text);
      assert.match(answer.text, /the server does not know this user/);
    });
    test('the old default password', async () => {
      assert.deepEqual(await verdict(LOGIN, { NACOS_PASSWORD: 'nacos' }), ['nacos.default_password']);
    });
    test('an expired token, alone and sent along with the login', async () => {
      await until(
        'the token to end',
        async () =>
          (await fetch(`${server.url}/v1/cs/configs?dataId=x&group=y`, { headers: { Authorization: `Bearer ${expired}` } }))
            .status === 403,
        30_000,
      );
      const answer = await ask(TOKEN);
      assert.deepEqual(answer.codes, ['nacos.token_expired'], answer.text);
      assert.match(answer.text, /it ended 20\d\d-/);
      assert.deepEqual(await verdict([...LOGIN, ...TOKEN]), ['nacos.token_expired', 'nacos.login_header', ...SHORT]);
    });
    test('a token of another secret key', async () => {
      assert.deepEqual(await verdict(TOKEN, { NACOS_TOKEN: tokenOfAnotherKey() }), ['nacos.token_invalid']);
    });
    test('a missing permission', async () => {
      await until('the user to be known', async () => (await login(server.url, line, 'norole', 'No-Role-1')) !== null, 30_000);
      assert.deepEqual(await verdict(['--username', 'norole', '--password-env', 'NOROLE'], { NOROLE: 'No-Role-1' }), [
        'nacos.no_permission',
        ...SHORT,
      ]);
    });
    test('the identity header of nodes in a client: with a wrong value, and with the right one', async () => {
      const header = ['--identity-header', 'peerIdentity', '--secret-env', 'IDENTITY', ...LOGIN];
      assert.deepEqual(await verdict(header, { IDENTITY: 'not-the-value' }), ['nacos.identity_refused', ...SHORT]);
      assert.deepEqual(await verdict(header, { IDENTITY: 'peer-identity-value' }), ['nacos.identity_open', ...SHORT]);
    });
    test('clocks apart', async () => {
      const done = spawnSync(
        'faketime',
        ['-f', '+10m', process.execPath, DOCTOR, server.url, '--kind', 'nacos', '--json', ...LOGIN],
        {
          env: { ...process.env, NODE_NO_WARNINGS: '1', NACOS_PASSWORD: ADMIN_PASSWORD },
          encoding: 'utf8',
        },
      );
      const report = JSON.parse(done.stdout) as {
        causes: unknown[];
        warnings: { code: string; detail: { en: string } | null }[];
      };
      const skew = report.warnings.find((one) => one.code === 'remote.skew');
      assert.match(skew?.detail?.en ?? done.stdout, /differs by -(59|60)\d s/);
    });
    test('npm nacos, which never logs in: its calls in the access log', async () => {
      const packages = process.env['HUFU_PEERS_NACOS'] ?? '';
      await promisify(execFile)(process.execPath, [READ, packages, `127.0.0.1:${server.port}`, 'nacos', '2'], {
        env: { ...process.env, NACOS_PASSWORD: ADMIN_PASSWORD },
      });
      const log = await until('the access log', () => (/password=/.test(server.accessLog()) ? server.accessLog() : null));
      const answer = await explain('npm.log', log);
      assert.ok(answer.codes.includes('nacos.never_logs_in'), answer.text);
      assert.ok(!answer.text.includes(ADMIN_PASSWORD));
    });
    if (line === 'line3') {
      test('the console port where the API is meant', async () => {
        const answer = await askDoctor([`http://127.0.0.1:${server.consolePort}/nacos`, '--kind', 'nacos']);
        assert.deepEqual(answer.codes, ['nacos.console_port'], answer.text);
      });
      test('the Java client 3.1 on two processors never refreshes: its own log says so; on four it does', async () => {
        const [two, four] = await Promise.all([javaClient(server, 2), javaClient(server, 4)]);
        const answer = await explain('java-two.log', two);
        assert.deepEqual(answer.codes, ['nacos.refresh_absent'], two);
        assert.match(four.split('\n').slice(-7).join('\n'), /^read /m, four);
      });
    }
    test('a server that has just started', async () => {
      await server.stop();
      server = await startNacos({ line, home: server.home, early: true });
      const answer = await askDoctorHere([server.url, '--kind', 'nacos', ...LOGIN], { NACOS_PASSWORD: ADMIN_PASSWORD });
      assert.deepEqual([answer.codes, answer.warnings], [[], ['nacos.just_started', ...SHORT]], answer.text);
    });
    test('the API open, whatever the state says', async () => {
      await server.stop();
      server = await startNacos({ line, home: server.home, auth: false, early: true });
      const answer = await ask([]);
      assert.deepEqual([answer.codes, answer.warnings], [[], ['nacos.auth_off']], answer.text);
      if (line === 'line3') assert.match(answer.text, /although its state says auth_enabled=true/);
    });
  });
}

/** A token as another cluster would make it: well-formed, not expired, signed with a key this server does not have. */
function tokenOfAnotherKey(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256' })}.${part({ sub: 'nacos', exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${head}.${createHmac('sha256', 'another-key-another-key-another-key').update(head).digest('base64url')}`;
}

async function explain(name: string, log: string): Promise<DoctorAnswer> {
  const file = join(folder, name);
  writeFileSync(file, log);
  return askDoctor(['--log', file]);
}

/** Output of an application with the Java client, long enough for its first token to end. */
async function javaClient(server: RealNacos, processors: number): Promise<string> {
  const { classPath, main } = prepare('client');
  const args = [
    `-XX:ActiveProcessorCount=${processors}`,
    '-Xmx128m',
    `-Duser.home=${mkdtempSync(join(folder, 'home-'))}`,
    '-cp',
    classPath,
    main,
    `127.0.0.1:${server.port}`,
    'nacos',
    '14',
  ];
  const { stdout } = await promisify(execFile)('java', args, {
    env: { ...process.env, NACOS_PASSWORD: ADMIN_PASSWORD },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
