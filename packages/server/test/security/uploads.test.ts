import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { form } from '../refusals/cases/http.ts';
import { call } from '../refusals/support/http.ts';
import { ADMIN, eventually, openServer, type TestServer } from '../refusals/support/server.ts';

let server: TestServer;
before(async () => {
  server = await openServer();
});
after(() => server.close());

async function served(content: Buffer, name = 'x.png') {
  const headers = { token: ADMIN, 'Content-Type': 'multipart/form-data; boundary=cut' };
  const body = Buffer.from(form(content, name), 'latin1');
  const saved = await call({ to: server.at.http, method: 'POST', path: '/api/v1/files', headers, body });
  assert.equal(saved.status, 200, saved.text);
  const file = await call({ to: server.at.http, path: String(saved.json['url']) });
  const { 'content-type': type, 'content-disposition': disposition, ...rest } = file.headers;
  assert.equal(rest['x-content-type-options'], 'nosniff');
  assert.equal(rest['content-security-policy'], "sandbox; default-src 'none'");
  return { type, disposition: disposition?.split(';')[0], whole: disposition ?? '' };
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const WAV = Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1'), Buffer.alloc(32)]);

test('a picture and a sound are shown in place, as what their bytes are', async () => {
  assert.deepEqual(pick(await served(PNG, 'page.html')), ['image/png', 'inline']);
  assert.deepEqual(pick(await served(GIF, 'x')), ['image/gif', 'inline']);
  const [type, disposition] = pick(await served(WAV, 'x.txt'));
  assert.match(String(type), /^audio\//);
  assert.equal(disposition, 'inline');
});

const pick = (one: Awaited<ReturnType<typeof served>>) => [one.type, one.disposition];

const DANGEROUS: readonly (readonly [what: string, content: string])[] = [
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['HTML behind blanks', '\n \t <html><body onload=alert(1)>'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['SVG behind an XML head', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['a script', 'alert(document.domain)'],
  ['a style sheet', 'body{background:url(http://evil.example)}'],
  ['a PDF', '%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj'],
  ['a zip', 'PK\x03\x04\x14\0\0\0\0\0'],
  ['Flash', 'FWS\x09\0\0\0\0'],
];
for (const [what, content] of DANGEROUS) {
  test(`${what} is only ever a download, even under the name of a picture`, async () => {
    assert.deepEqual(pick(await served(Buffer.from(content, 'latin1'))), ['application/octet-stream', 'attachment']);
  });
}

test('a file that is picture and script at once is a picture to every browser: no sniffing, no scripts, no frames', async () => {
  const polyglots = [
    Buffer.concat([GIF, Buffer.from('/*<script>alert(1)</script>*/=1;alert(1)')]),
    Buffer.concat([PNG, Buffer.from('<html><script>alert(1)</script></html>')]),
    Buffer.from('GIF89a/*\0\0\0\0*/=1;alert(document.domain)//', 'latin1'),
  ];
  for (const content of polyglots) {
    const file = await served(content, 'x.js');
    assert.ok(
      file.type === 'application/octet-stream' ? file.disposition === 'attachment' : String(file.type).startsWith('image/'),
      file.whole,
    );
  }
});

test('a name cannot end the header it stands in', async () => {
  const file = await served(PNG, 'a\\"; filename=evil.html; x="é');
  assert.match(file.whole, /^inline; filename\*=UTF-8''[A-Za-z0-9%._~!$&+^`|-]*$/);
});

test('a file address is no way out of its folder', async () => {
  for (const path of [
    '/files/..%2f..%2fkeys%2fpepper',
    '/files/%2e%2e/keys/pepper',
    '/files/../keys/pepper',
    '/files/x.json',
    `/files/${'a'.repeat(32)}.json`,
  ]) {
    const answer = await call({ to: server.at.http, path });
    assert.ok([400, 404].includes(answer.status), `${path} ${answer.status}`);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  }
});

test('one account has eight uploads under way at most, whatever it sends of them, and others still upload', async () => {
  const boundary = 'multipart/form-data; boundary=cut';
  const post = async (path: string, body: object) => {
    const headers = { token: ADMIN, 'Content-Type': 'application/json' };
    return (await call({ to: server.at.http, method: 'POST', path, headers, body: JSON.stringify(body) })).json;
  };
  await post('/api/v1/users', { uid: 'ann', name: 'Ann', password: 'a long password' });
  const { token } = await post('/api/v1/auth/login', { uid: 'ann', password: 'a long password' });
  const ann = { Authorization: `Bearer ${String(token)}` };
  const [host = '', port = ''] = server.at.http.split(':');
  const slow = Array.from({ length: 8 }, () => {
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    const lines = ['POST /api/v1/files HTTP/1.1', `Host: ${server.at.http}`, `Authorization: ${ann.Authorization}`];
    const head = [...lines, `Content-Type: ${boundary}`, 'Content-Length: 9000'].join('\r\n');
    socket.write(`${head}\r\n\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="x"`);
    return socket;
  });
  const send = (who: Readonly<Record<string, string>>) =>
    call({
      to: server.at.http,
      method: 'POST',
      path: '/api/v1/files',
      headers: { ...who, 'Content-Type': boundary },
      body: Buffer.from(form(PNG, 'x.png'), 'latin1'),
    });
  const refused = await eventually('the ninth is refused', async () => {
    const ninth = await send(ann);
    return ninth.status === 503 ? ninth : null;
  });
  assert.deepEqual([refused.json['code'], refused.headers['retry-after']], ['srv.overloaded', '1']);
  assert.equal((await send({ token: ADMIN })).status, 200);
  for (const socket of slow) socket.destroy();
  await eventually('the places are free again', async () => ((await send(ann)).status === 200 ? true : null));
});
