import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../lib/chromium.ts';
import { openPage } from '../lib/page.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { startAll } from '../lib/start-all.ts';

let server: TestServer;
let browser: Browser;
let stranger: Server;
let strangerUrl: string;
let strangerAsked = 0;

before(async () => {
  [server, browser] = await startAll([startServer(), launchChromium()]);
  stranger = createServer((_, response) => {
    strangerAsked += 1;
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><iframe id="frame" src="${server.ready.http}/"></iframe>`);
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const address = stranger.address();
  strangerUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

after(async () => {
  await browser?.close();
  stranger?.closeAllConnections();
  stranger?.close();
  await server?.close();
});

test('every file of the page comes with the policy, and the page works under it without one violation', async () => {
  const person = await openPage(browser, server.ready.http);
  const files: string[] = [];
  const bare: string[] = [];
  person.page.on('response', (response) => {
    const type = response.request().resourceType();
    if (!['document', 'script', 'stylesheet'].includes(type)) return;
    files.push(type);
    if (response.headers()['content-security-policy'] === undefined) bare.push(response.url());
  });
  await person.page.addInitScript(`
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
  `);
  await person.signUp('ann');
  assert.ok(files.includes('script') && files.includes('stylesheet'));
  assert.deepEqual(bare, []);
  assert.deepEqual(await person.page.evaluate('window.violations'), []);
  assert.deepEqual(person.errors, []);

  // What a script that got in could do: nothing of it.
  const before = strangerAsked;
  const tried = await person.page.evaluate<Record<string, unknown>>(`(async () => {
    const inline = document.createElement('script');
    inline.textContent = 'window.ran = true';
    document.body.append(inline);
    const foreign = document.createElement('script');
    foreign.src = ${JSON.stringify(`${strangerUrl}/x.js`)};
    document.body.append(foreign);
    const image = new Image();
    image.src = ${JSON.stringify(`${strangerUrl}/x.png`)};
    const said = await fetch(${JSON.stringify(strangerUrl)}).then(() => 'fetched', () => 'blocked');
    const socket = await new Promise((resolve) => {
      try {
        const opened = new WebSocket(${JSON.stringify(strangerUrl.replace('http', 'ws'))});
        opened.onerror = opened.onclose = () => resolve('blocked');
        opened.onopen = () => resolve('opened');
      } catch { resolve('blocked'); }
    });
    return { ran: window.ran === true, said, socket, violations: window.violations.length };
  })()`);
  assert.deepEqual([tried['ran'], tried['said'], tried['socket']], [false, 'blocked', 'blocked']);
  assert.ok(Number(tried['violations']) >= 4, JSON.stringify(tried));
  assert.equal(strangerAsked, before, 'nothing was sent to the stranger');
});

test('the page cannot be put into a frame of another page', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(strangerUrl);
  await page.waitForLoadState('networkidle');
  const frame = page.frames().find((one) => one.parentFrame() !== null);
  assert.ok(frame !== undefined);
  assert.ok(!frame.url().startsWith(server.ready.http), frame.url());
  await context.close();
});

test('a page of another origin can read nothing of the API, and sends nothing that counts', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(strangerUrl);
  const tried = await page.evaluate<string[]>(`(async () => {
    const api = ${JSON.stringify(`${server.ready.http}/api/v1/me`)};
    const ask = (init) => fetch(api, init).then(() => 'read', () => 'blocked');
    const opened = (url) => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve('opened');
      socket.onerror = () => resolve('blocked');
    });
    return [await ask({}), await ask({ headers: { Authorization: 'Bearer x' } }), await ask({ method: 'POST', body: '{}' }),
      await opened(${JSON.stringify(`${server.ready.http.replace('http', 'ws')}/wk`)})];
  })()`);
  assert.deepEqual(tried, ['blocked', 'blocked', 'blocked', 'blocked']);
  await context.close();
});
