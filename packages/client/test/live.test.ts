import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { until } from '../../../peers/lib/server.ts';
import { type ChannelRef, type Client, createClient, type LiveEvent } from '../src/index.ts';
import { codeOf, connected, contents, openWorld, PASSWORD, type Person, valueOf, words, type World } from './support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
afterEach(() => world.line.open());
after(() => world.close());

const personal = (other: Person): ChannelRef => ({ channelId: other.uid, channelType: 1 });

async function groupOf(owner: Person, ...others: Person[]): Promise<ChannelRef> {
  const made = valueOf(
    await owner.client.api.createGroup(
      'g',
      others.map((one) => one.uid),
    ),
  );
  return { channelId: made.channelId, channelType: 2 };
}

test('what one sends the other receives, in order and with the sender as the channel', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const sent = await Promise.all(
    Array.from({ length: 50 }, (_, index) => ann.client.send(personal(ben), words(`第${index}句`), `n${index}`)),
  );
  assert.deepEqual(
    sent.map((one) => valueOf(one).messageSeq),
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
  await until('all fifty', () => ben.got.length >= 50);
  assert.deepEqual(
    contents(ben.got),
    Array.from({ length: 50 }, (_, index) => `第${index}句`),
  );
  assert.deepEqual([ben.got[0]?.fromUid, ben.got[0]?.channelId], [ann.uid, ann.uid]);
});

test('a message whose answer was lost is sent again with the same number and stored once', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  world.line.mute();
  const answer = ann.client.send(personal(ben), words('once'), 'lost-answer');
  // On the disk, while its sender knows nothing of it.
  const direct = createClient({ baseUrl: world.server.ready.http, deviceId: 'd' });
  await direct.login(ben.uid, 'correct horse battery');
  await until('the message to be stored', async () => {
    const page = await direct.api.messages({ ...personal(ann) });
    return page.ok && page.value.messages.length === 1;
  });
  world.line.cut();
  world.line.open();
  const sent = valueOf(await answer);
  const page = valueOf(await direct.api.messages({ ...personal(ann) }));
  assert.deepEqual(
    page.messages.map((one) => [one.messageId, one.clientMsgNo]),
    [[sent.messageId, 'lost-answer']],
  );
  direct.detach();
});

test('what is sent without a connection waits, can be taken back, and goes out in order', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  world.line.close();
  world.line.cut();
  await until('the loss', () => ann.client.liveState().status !== 'connected');
  const answers = ['a', 'b', 'c'].map((content) => ann.client.send(personal(ben), words(content), content));
  assert.equal(ann.client.withdraw('b'), true);
  world.line.open();
  assert.deepEqual((await Promise.all(answers)).map(codeOf), ['', 'client.withdrawn', '']);
  const page = valueOf(await ann.client.api.messages(personal(ben)));
  assert.deepEqual(contents(page.messages), ['a', 'c']);
  assert.equal(ann.client.withdraw('a'), false, 'what the server has cannot be taken back');
});

test('a dial that nobody answers is given up and made anew', async () => {
  const ann = await world.person('ann', { pingTimeoutMs: 100 });
  let dials = 0;
  ann.client.on('state', ({ status }) => (dials += status === 'connecting' ? 1 : 0));
  world.line.mute();
  world.line.cut();
  await until('the third dial', () => dials >= 3);
  assert.equal(ann.client.liveState().refusal?.code, 'client.unreachable');
  world.line.open();
  await connected(ann.client);
});

test('at most 200 messages wait for a connection', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  world.line.close();
  world.line.cut();
  await until('the loss', () => ann.client.liveState().status !== 'connected');
  for (let index = 0; index < 200; index += 1) void ann.client.send(personal(ben), words('x'), `w${index}`);
  assert.equal(codeOf(await ann.client.send(personal(ben), words('x'), 'one too many')), 'client.outbox_full');
});

test('a refused message keeps its public code and request id, and the connection stays', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const group = await groupOf(ann);
  const answer = await ben.client.send(group, words('let me in'), 'n');
  assert.equal(codeOf(answer), 'im.not_member');
  if (!answer.ok) assert.match(answer.refusal.requestId, /^hr_/);
  assert.equal(ben.client.liveState().status, 'connected');
});

test('after an absence the followed channel is read on, in order and without a hole, and the list is told', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben', { baseUrl: world.line.url })];
  const group = await groupOf(ann, ben);
  valueOf(await ann.client.send(group, words('0'), 'm0'));
  await until('the first', () => ben.got.length === 1);
  ben.client.follow(group, 1);
  let lists = 0;
  ben.client.on('conversations', () => (lists += 1));
  const direct = createClient({ baseUrl: world.server.ready.http, deviceId: 'direct' });
  valueOf(await direct.login(ann.uid, 'correct horse battery'));
  await connected(direct);
  world.line.close();
  world.line.cut();
  for (let index = 1; index <= 130; index += 1) valueOf(await direct.send(group, words(`${index}`), `m${index}`));
  world.line.open();
  await until('all that was missed', () => ben.got.length >= 131);
  assert.deepEqual(
    contents(ben.got),
    Array.from({ length: 131 }, (_, index) => `${index}`),
  );
  await until('the list', () => lists === 1);
  direct.detach();
});

test('who missed more than three pages is told of a gap instead', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const group = await groupOf(ann, ben);
  const gaps: ChannelRef[] = [];
  ben.client.on('gap', (channel) => gaps.push(channel));
  for (const batch of ['a', 'b'])
    await Promise.all(
      Array.from({ length: 160 }, async (_, index) => valueOf(await ann.client.send(group, words('x'), `${batch}${index}`))),
    );
  ben.client.follow(group, 0);
  world.line.cut();
  await until('the gap', () => gaps.length > 0);
  assert.deepEqual(gaps, [group]);
});

test('a second connection of the same device ends the first for good, and says why', async () => {
  const ann = await world.person('ann');
  const second = createClient({ baseUrl: world.line.url, deviceId: `test-${ann.uid}` });
  valueOf(await second.login(ann.uid, 'correct horse battery'));
  await until('the first to end', () => ann.client.liveState().status === 'refused');
  assert.deepEqual([ann.client.liveState().refusal?.code, second.liveState().status], ['wk.kicked', 'connected']);
  assert.match(ann.client.liveState().refusal?.requestId ?? '', /^hr_/);
  const answer = await ann.client.send({ channelId: 'x', channelType: 1 }, words('x'), 'n');
  assert.equal(codeOf(answer), 'wk.kicked');
  second.detach();
});

test('a session that is over is told as signed out when the live connection is refused', async () => {
  const ann = await world.person('ann');
  let told = 0;
  ann.client.on('signedOut', () => (told += 1));
  ann.client.detach();
  ann.client.attach({ uid: ann.uid, token: 'hfs_of_another_time' });
  await until('the end of the session', () => told === 1);
  assert.equal(ann.client.liveState().status, 'stopped');
});

test('a connection on which nothing comes back is given up and made again', async () => {
  const ann = await world.person('ann', { pingTimeoutMs: 100 });
  world.line.mute();
  ann.client.retryNow();
  await until('the loss to be noticed', () => ann.client.liveState().status !== 'connected');
  world.line.cut();
  world.line.open();
  await connected(ann.client);
});

test('attaching the same session again keeps the one connection', async () => {
  const ann = await world.person('ann');
  const states: string[] = [];
  ann.client.on('state', (state) => states.push(state.status));
  const { token } = valueOf(await ann.client.api.login(ann.uid, 'correct horse battery'));
  ann.client.attach({ uid: ann.uid, token });
  ann.client.attach({ uid: ann.uid, token });
  await connected(ann.client);
  assert.deepEqual(states, ['stopped', 'connecting', 'connected'], 'one end of the old session, one beginning');
});

test('a page hears what its other page has read, which channel and how far', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const events: LiveEvent[] = [];
  const other = createClient({ baseUrl: world.line.url, deviceId: 'the other page' });
  other.on('event', (event) => events.push(event));
  valueOf(await other.login(ben.uid, 'correct horse battery'));
  await connected(other);
  valueOf(await ann.client.send(personal(ben), words('hi'), 'n'));
  valueOf(await ben.client.api.markRead(personal(ann), 1));
  const event = await until('the event', () => events.find((one) => one.type === 'conversation.changed'));
  assert.deepEqual(event.data, { channelId: ann.uid, channelType: 1, readSeq: 1 });
  other.detach();
});

test('who signs out in one tab is signed out in the other one at once, and on no other device', async () => {
  const ann = await world.person('ann');
  let status = '';
  const here: Client = createClient({
    baseUrl: world.server.ready.http,
    deviceId: 'here',
    fetch: (url, init) => {
      if (String(url).endsWith('/logout')) ({ status } = here.liveState());
      return fetch(url, init);
    },
  });
  const session = valueOf(await here.login(ann.uid, PASSWORD));
  const tab = createClient({ baseUrl: world.server.ready.http, deviceId: 'tab' });
  let signedOut = false;
  tab.on('signedOut', () => (signedOut = true));
  tab.attach(session);
  await Promise.all([connected(here), connected(tab)]);
  await here.logout();
  await until('the other tab to know', () => signedOut);
  assert.equal(status, 'stopped', 'its own connection is gone before the server would end it with a refusal');
  assert.equal(ann.client.liveState().status, 'connected');
});
