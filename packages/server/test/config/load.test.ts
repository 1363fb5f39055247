import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';

function load(yaml: string, env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'hufu-config-')), 'hufu.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, env, flags });
}

function problemOf(yaml: string, env: Record<string, string> = {}): string {
  try {
    load(yaml, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  assert.fail('the config was accepted');
}

it('flags are stronger than the environment, the environment than the file, the file than the default', () => {
  const yaml = 'listen:\n  tcp: "127.0.0.1:1"\n  ws: "127.0.0.1:1"\n  http: "127.0.0.1:1"\n';
  const env = { HUFU_LISTEN_WS: '127.0.0.1:2', HUFU_LISTEN_HTTP: '127.0.0.1:2' };
  const config = load(yaml, env, { 'listen.http': '127.0.0.1:3' });
  assert.deepEqual(
    [config['listen.tcp'], config['listen.ws'], config['listen.http'], config['listen.onebotWs']],
    ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:3001'],
  );
});

it('an unknown key is named with its line and the nearest valid key', () => {
  const message = problemOf('listen:\n  htpp: "127.0.0.1:1"\n');
  assert.match(message, /hufu\.yaml:2: unknown key "listen\.htpp", the nearest valid key is "listen\.http"/);
});

it('a wrong value is named with its line and what it must be', () => {
  assert.match(problemOf('tokens: {check: maybe}\n'), /:1: tokens\.check must be one of required, optional, off/);
  assert.match(problemOf('', { HUFU_LISTEN_TCP: 'nonsense' }), /HUFU_LISTEN_TCP: listen\.tcp must be "host:port"/);
});

it('a public address without TLS must be said out loud', () => {
  assert.match(problemOf('listen: {http: "0.0.0.0:5001"}\n'), /allowPlaintext/);
  assert.equal(load('listen: {http: "0.0.0.0:5001"}\nallowPlaintext: true\n')['listen.http'], '0.0.0.0:5001');
});

it('reads bots, completes their clients and replaces environment references', () => {
  const yaml =
    'bots:\n  - uid: "20001"\n    clients:\n      - {name: nb, kind: reverse, url: "ws://127.0.0.1:8080/", token: "${T}"}\n';
  const [bot] = load(yaml, { T: 'abc' }).bots;
  assert.equal(bot?.clients[0]?.token, 'abc');
  assert.deepEqual(bot?.clients[0]?.replay, { maxEvents: 1000, maxAgeSeconds: 600 });
  assert.match(problemOf(yaml), /T is not set/);
  assert.match(
    problemOf('bots:\n  - {uid: "1", clients: [{name: a, kind: forward, tokn: x}]}\n'),
    /unknown key "tokn", the nearest valid key is "token"/,
  );
});
