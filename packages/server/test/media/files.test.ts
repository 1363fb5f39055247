import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createFileStore } from '../../src/media/files.ts';
import { imageSize } from '../../src/media/image-size.ts';

const dir = mkdtempSync(join(tmpdir(), 'hufu-files-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('keeps the bytes under an unguessable id and leaves no unfinished file', async () => {
  const files = createFileStore({ dir, maxBytes: 100 });
  const saved = await files.save(Buffer.from('GIF89a\x05\x00\x03\x00;', 'latin1'), '../../a\u0000"b.gif');
  assert.ok(saved.ok);
  assert.deepEqual(
    [saved.value.mime, saved.value.width, saved.value.height, saved.value.name, saved.value.id.length],
    ['image/gif', 5, 3, 'ab.gif', 32],
  );
  assert.equal(readFileSync(saved.value.path, 'latin1'), 'GIF89a\x05\x00\x03\x00;');
  assert.deepEqual(await files.open(saved.value.id), saved.value);
  assert.ok(readdirSync(dir, { recursive: true }).every((name) => !String(name).endsWith('.part')));
});

test('refuses an empty file and one above the limit, and opens nothing outside its folder', async () => {
  const files = createFileStore({ dir, maxBytes: 10 });
  const empty = await files.save(new Uint8Array(0), 'a');
  const large = await files.save(new Uint8Array(11), 'a');
  assert.deepEqual(
    [empty.ok ? '' : empty.refusal.code, large.ok ? '' : large.refusal.code],
    ['http.bad_body', 'media.too_large'],
  );
  for (const id of ['', '../x', 'a'.repeat(32), `../${'a'.repeat(29)}`]) assert.equal(await files.open(id), null);
});

test('a write that fails is a refusal', async () => {
  const files = createFileStore({ dir: '/dev/null/nowhere', maxBytes: 10 });
  const saved = await files.save(Buffer.from('x'), 'a');
  assert.equal(saved.ok ? '' : saved.refusal.code, 'srv.store_unavailable');
});

test('reads the size of JPEG and of the three kinds of WebP, and nothing from cut headers', () => {
  const jpeg = Buffer.from('ffd8ffe000040000ffc0000b080010002003', 'hex');
  assert.deepEqual(imageSize(jpeg, 'image/jpeg'), { width: 32, height: 16 });
  const riff = (kind: string, rest: string) =>
    Buffer.concat([Buffer.from('RIFF0000WEBP'), Buffer.from(kind), Buffer.from(rest, 'hex')]);
  assert.deepEqual(imageSize(riff('VP8X', '0a00000000000000070000030000'), 'image/webp'), { width: 8, height: 4 });
  assert.deepEqual(imageSize(riff('VP8L', '000000002f07c00000'), 'image/webp'), { width: 8, height: 4 });
  assert.deepEqual(imageSize(riff('VP8 ', '000000000000009d012a08000400'), 'image/webp'), { width: 8, height: 4 });
  for (let length = 0; length < jpeg.length; length += 1)
    assert.deepEqual(imageSize(jpeg.subarray(0, length), 'image/jpeg'), { width: 0, height: 0 });
});
