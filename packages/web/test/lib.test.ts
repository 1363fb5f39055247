import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentOf, linkParts, replyIdOf, safeUrl } from '../src/lib/content.ts';
import { pictureBox } from '../src/lib/picture-box.ts';
import { createReading } from '../src/lib/reading.ts';
import { firstSeq, lastSeq, MAX_KEPT, place, type Shown, startsBlock } from '../src/lib/timeline.ts';

function shown(seq: number, more: Partial<Shown> = {}): Shown {
  return {
    messageId: seq === 0 ? '' : `m${seq}`,
    messageSeq: seq,
    fromUid: 'ben',
    fromName: 'Ben',
    channelId: 'g',
    channelType: 2,
    clientMsgNo: `c${seq}`,
    timestampMs: seq * 1000,
    payload: { type: 1, content: String(seq) },
    state: 'sent',
    refusal: null,
    ...more,
  };
}
const seqs = (messages: readonly Shown[]) => messages.map((one) => one.messageSeq);

test('messages stand by their place, however and how often they come', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 40 }))), (pages) => {
      let messages: readonly Shown[] = [];
      for (const page of pages)
        messages = place(
          messages,
          page.map((seq) => shown(seq)),
          'oldest',
        ).messages;
      assert.deepEqual(
        seqs(messages),
        [...new Set(pages.flat())].sort((a, b) => a - b),
      );
    }),
  );
});

test('an own message stands last while it is on its way, and is one with its stored self', () => {
  const mine = shown(0, { fromUid: 'ann', clientMsgNo: 'x', state: 'sending', timestampMs: 500 });
  const before = place([shown(1), shown(2)], [mine], 'oldest').messages;
  assert.deepEqual(seqs(before), [1, 2, 0]);
  const withNews = place(before, [shown(3)], 'oldest').messages;
  assert.deepEqual(seqs(withNews), [1, 2, 3, 0]);
  const stored = shown(4, { fromUid: 'ann', clientMsgNo: 'x' });
  const after = place(withNews, [stored, stored], 'oldest').messages;
  assert.deepEqual(seqs(after), [1, 2, 3, 4]);
  assert.equal(after.at(-1)?.state, 'sent');
});

test('the same number of two senders is two messages', () => {
  const both = place([], [shown(1, { clientMsgNo: 'x' }), shown(2, { clientMsgNo: 'x', fromUid: 'ann' })], 'oldest');
  assert.deepEqual(seqs(both.messages), [1, 2]);
});

test('too many messages lose the end that is away from the reader', () => {
  const many = Array.from({ length: MAX_KEPT + 5 }, (_, index) => shown(index + 1));
  const live = place([], many, 'oldest');
  assert.deepEqual([live.cut, live.messages.length, firstSeq(live.messages)], ['oldest', MAX_KEPT, 6]);
  const back = place([], many, 'newest');
  assert.deepEqual([back.cut, lastSeq(back.messages)], ['newest', MAX_KEPT]);
});

test('a block begins with another sender and after a pause', () => {
  assert.equal(startsBlock(shown(1), undefined), true);
  assert.equal(startsBlock(shown(2), shown(1)), false);
  assert.equal(startsBlock(shown(2, { fromUid: 'ann' }), shown(1)), true);
  assert.equal(startsBlock(shown(2, { timestampMs: 400_000 }), shown(1)), true);
});

test('a reading that a change overtook is made once more, and never two at a time', async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const reading = createReading(async () => {
    rounds += 1;
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    if (rounds === 1) reading.changed();
    running -= 1;
  });
  await Promise.all([reading.run(), reading.run()]);
  assert.deepEqual([rounds, most], [2, 1]);
  rounds = 10;
  await reading.run();
  assert.equal(rounds, 11);
});

test('pictures and files are found at any depth, and not in what a reply quotes', () => {
  const content = contentOf({
    type: 1,
    content: 'look',
    parts: [{ type: 2, url: '/files/a', width: 10, height: 20, offset: 0 }],
    reply: { message_id: '7', from_name: 'Ben', payload: { type: 2, url: '/files/quoted' } },
  });
  assert.deepEqual(content.images, [{ url: '/files/a', width: 10, height: 20 }]);
  assert.equal(replyIdOf({ reply: { message_id: 7 } }), '7');
  assert.equal(replyIdOf({ type: 1 }), '');
  assert.deepEqual(content.quoted, { name: 'Ben', payload: { type: 2, url: '/files/quoted' } });
  assert.deepEqual(contentOf({ type: 8, url: 'files/doc', name: 'a.pdf' }).files, [
    { url: '/files/doc', name: 'a.pdf', kind: 'file' },
  ]);
});

test('no payload makes a link that runs a script', () => {
  for (const bad of [
    'javascript:alert(1)',
    'JAVASCRIPT:x',
    'data:text/html,x',
    'vbscript:x',
    '//other.host/x',
    'blob:x',
    '',
    7,
    null,
  ])
    assert.equal(safeUrl(bad), null, String(bad));
  fc.assert(
    fc.property(fc.string(), (words) => {
      for (const { href } of linkParts(words)) assert.ok(href === null || /^https?:\/\//.test(href));
      assert.equal(
        linkParts(words)
          .map((part) => part.text)
          .join(''),
        words,
      );
    }),
  );
  assert.deepEqual(linkParts('见https://example.org/a，好'), [
    { text: '见', href: null },
    { text: 'https://example.org/a', href: 'https://example.org/a' },
    { text: '，好', href: null },
  ]);
});

test('any payload can be shown', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => void contentOf(payload)));
  assert.equal(contentOf(null).known, false);
});

test('the box of a picture has its shape, at most 340 pixels on a side and never a sliver', () => {
  assert.deepEqual(pictureBox(1600, 500), { width: '340px', ratio: '340 / 106' });
  assert.deepEqual(pictureBox(40, 40), { width: '60px', ratio: '60 / 60' });
  assert.deepEqual(pictureBox(10, 4000), { width: '60px', ratio: '60 / 340' });
  assert.equal(pictureBox(null, 20), null);
});
