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

it('takes every key of a bot client, and says what this version does not do with it', () => {
  const yaml = `bots:
  - uid: "20001"
    name: Bot A
    clients:
      - {name: raw, kind: forward, token: T1, format: array, heartbeatMs: 30000, fileRoots: [/some/folder]}
      - {name: cq,  kind: forward, token: T2, format: string, limits: off, actions: [get_*, send_msg]}
      - {name: nc,  kind: forward, token: T3, queryToken: true, asyncRetcode: 0}
      - {name: nb,  kind: reverse, url: "ws://127.0.0.1:8080/onebot/v11/ws", token: T4, preset: koishi}
      - {name: two, kind: reverse, useUniversal: false, apiUrl: "ws://127.0.0.1:8081/ws/api", eventUrl: "ws://127.0.0.1:8081/ws/event"}
      - {name: hook, kind: post, url: "http://127.0.0.1:8082/", secret: S1, quickReply: {atSender: true}}
      - {name: sift, kind: forward, token: T5, filter: {groups: [1]}}
`;
  const { bots, notes } = load(yaml);
  assert.deepEqual(
    bots[0]?.clients.map(({ name, preset, asyncRetcode, actions }) => [name, preset, asyncRetcode, actions]),
    [
      ['raw', undefined, undefined, undefined],
      ['cq', undefined, undefined, ['get_*', 'send_msg']],
      ['nc', undefined, 0, undefined],
      ['nb', 'koishi', undefined, undefined],
    ],
  );
  assert.deepEqual(
    notes.map((note) => note.replace(/^.*hufu\.yaml:/, '')),
    [
      '5: bots 20001, client raw: fileRoots are not served by this version, no file of this machine is read',
      '9: bots 20001, client two: separate API and event connections are not served by this version; the client is left out',
      '10: bots 20001, client hook: quickReply is not served by this version: a quick reply mentions only where it asks to, and never quotes',
      '10: bots 20001, client hook: HTTP POST is not served by this version; the client is left out',
      '11: bots 20001, client sift: filters are not served by this version; the client is left out',
    ],
  );
});

it('a mistake in a bot client is named with its own line', () => {
  const client = (...lines: string[]) =>
    `bots:\n  - uid: "20001"\n    clients:\n${lines.map((line) => `      - {kind: forward, ${line}}\n`).join('')}`;
  assert.match(problemOf(client('name: a, token: T1', 'name: b, tokn: T2')), /:5: bots.*unknown key "tokn"/);
  assert.match(problemOf(client('name: a, token: T1', 'name: a, token: T2')), /:5: .*client a: this name is taken/);
  assert.match(problemOf(client('name: a, token: T1', 'name: b, token: T1')), /:5: .*client b: this token is another client's/);
  assert.match(problemOf(client('name: a, token: ""')), /:4: .*needs a token/);
  assert.match(problemOf(client('name: a, token: T1, heartbeatMs: -1')), /:4: bots\/0\/clients\/0\/heartbeatMs/);
});
