import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onebotWorld } from '../onebot/support/world.ts';
import { refusedHandshake } from './support/answers.ts';
import { handshakeText } from './cases/bots.ts';
import { parseAnswer, raw } from './support/http.ts';
import { openServer } from './support/server.ts';
import { openSession, openTap } from './support/wk.ts';
import { call } from './support/http.ts';
import { ADMIN } from './support/server.ts';

test('a bot that dials while the server stops is told to come back', async (t) => {
  const world = await onebotWorld(t);
  world.addClient('one', { token: 'T1' });
  await world.surface.stop();
  const bytes = await raw(`127.0.0.1:${world.port}`, handshakeText({ lines: ['Authorization: Bearer T1'] }, 'x', '/'));
  const answer = parseAnswer(Buffer.from(bytes.toString('utf8').replaceAll('r0000001', 'hr_00000000000000000000000001')));
  refusedHandshake(answer, { code: 'srv.draining', status: 503, retcode: 1503 });
});

test('people who are connected hear that the server goes, in the words of their wire', async () => {
  const server = await openServer();
  const body = JSON.stringify({ uid: 'alice', token: 'alice-web', device_flag: 1, device_level: 0 });
  const made = await call({ to: server.at.http, method: 'POST', path: '/user/token', headers: { token: ADMIN }, body });
  assert.equal(made.status, 200);
  const { tap } = await openSession(await openTap('ws', server.at.ws, '127.0.0.1'), { uid: 'alice', token: 'alice-web' });
  await server.close();
  assert.deepEqual(await tap.closed, { code: 1012, reason: 'srv.draining' });
});
