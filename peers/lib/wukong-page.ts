import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, relative } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { until } from './server.ts';

const FOLDER = join(import.meta.dirname, '../wukong-web');
/** ConnectStatus of the SDK. */
const DISCONNECTED = 0;
const SDK = join(FOLDER, 'node_modules/wukongimjssdk');

interface Chunk {
  readonly type: string;
  readonly code?: string;
  readonly modules?: Readonly<Record<string, unknown>>;
}

/** One hash over names and bytes of every file of the installed SDK. */
export function sdkHash(): string {
  const hash = createHash('sha256');
  const files = readdirSync(SDK, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(SDK, join(entry.parentPath, entry.name)));
  for (const path of paths.sort()) hash.update(`${path}\n`).update(readFileSync(join(SDK, path)));
  return hash.digest('hex');
}

/** What the page's script writes down; the SDK itself lives in the page as `window.WK`. */
interface SeenByPage {
  readonly statuses: readonly { status: number; reason: number }[];
  readonly messages: readonly SdkMessage[];
  readonly acks: readonly SdkAck[];
}

export interface SdkMessage {
  readonly messageId: string;
  readonly messageSeq: number;
  readonly fromUid: string;
  readonly channelId: string;
  readonly channelType: number;
  readonly text: string;
}

export interface SdkAck {
  readonly clientSeq: number;
  readonly messageSeq: number;
  readonly reasonCode: number;
}

/** One browser page in which the SDK runs for one person. */
export interface SdkPage {
  readonly page: Page;
  seen(): Promise<SeenByPage>;
  /** What the server sent over the page's WebSockets so far, as Latin-1. */
  frames(): readonly string[];
  /** Waits until its socket is closed; answers whether the SDK is going to connect again. */
  willReconnect(): Promise<boolean>;
  /** The reason code of the last status that the SDK told its listeners; 1 = connected. */
  connect(input: { address: string; uid: string; token: string; deviceFlag?: number }): Promise<number>;
  /** Answers the SENDACK of this message. */
  sendText(channelId: string, channelType: number, text: string): Promise<SdkAck>;
  heard(what: (message: SdkMessage) => boolean): Promise<SdkMessage>;
}

export interface SdkSite {
  readonly url: string;
  /** Files of the SDK that went into the page's script, relative to its package, in order. */
  readonly bundled: readonly string[];
  close(): void;
}

/** Bundles the unmodified npm package and serves a page with it, as a stranger's web app on another port than Hufu's. */
export async function serveSdk(): Promise<SdkSite> {
  const built = await build({
    root: FOLDER,
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: 'entry.js', formats: ['iife'], name: 'WukongPeer' } },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as { output: readonly Chunk[] };
  const chunk = output.find((one) => one.type === 'chunk');
  const script = chunk?.code;
  if (script === undefined) throw new Error('the SDK was not bundled');
  const bundled = Object.keys(chunk?.modules ?? {})
    .filter((path) => path.startsWith(`${SDK}/`))
    .map((path) => relative(SDK, path));
  const server = createServer((request, response) => {
    const wantsScript = request.url === '/sdk.js';
    response.setHeader('Content-Type', wantsScript ? 'text/javascript' : 'text/html');
    response.end(wantsScript ? script : '<!doctype html><meta charset="utf-8"><title>SDK</title><script src="/sdk.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    bundled: bundled.sort(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Every page has its own context: the SDK is a singleton of its page. */
export async function openSdkPage(browser: Browser, site: SdkSite): Promise<SdkPage> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const frames: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => frames.push(typeof payload === 'string' ? payload : payload.toString('latin1'))),
  );
  await page.goto(site.url);
  await page.evaluate(LISTEN);
  const seen = () => page.evaluate<SeenByPage>('window.seen');
  return {
    page,
    seen,
    frames: () => frames,
    async connect({ address, uid, token, deviceFlag = 1 }) {
      const before = (await seen()).statuses.length;
      await page.evaluate(`(() => {
        const sdk = window.WK.WKSDK.shared();
        Object.assign(sdk.config, ${JSON.stringify({ addr: address, uid, token, deviceFlag })});
        sdk.connect();
      })()`);
      const statuses = await until(`the SDK's word on connecting ${uid}`, async () => {
        const all = (await seen()).statuses.slice(before);
        return all.length > 0 ? all : null;
      });
      return statuses[0]?.reason ?? 0;
    },
    async willReconnect() {
      await until('the end of the connection', async () => (await seen()).statuses.at(-1)?.status === DISCONNECTED);
      return page.evaluate<boolean>('window.WK.WKSDK.shared().connectManager.needReconnect');
    },
    async sendText(channelId, channelType, text) {
      const clientSeq = await page.evaluate<number>(`(async () => {
        const sdk = window.WK.WKSDK.shared();
        const message = await sdk.chatManager.send(sdk.newMessageText(${JSON.stringify(text)}), sdk.newChannel(${JSON.stringify(channelId)}, ${channelType}));
        return message.clientSeq;
      })()`);
      return until('the SENDACK', async () => (await seen()).acks.find((ack) => ack.clientSeq === clientSeq));
    },
    heard: (what) => until('the message in the SDK', async () => (await seen()).messages.find(what)),
  };
}

// Runs in the page, through the SDK's public listeners alone.
const LISTEN = `(() => {
  const sdk = window.WK.WKSDK.shared();
  const seen = { statuses: [], messages: [], acks: [] };
  window.seen = seen;
  sdk.connectManager.addConnectStatusListener((status, reason) => seen.statuses.push({ status, reason }));
  sdk.chatManager.addMessageListener((message) => seen.messages.push({
    messageId: String(message.messageID),
    messageSeq: message.messageSeq,
    fromUid: message.fromUID,
    channelId: message.channel.channelID,
    channelType: message.channel.channelType,
    text: message.content.text ?? '',
  }));
  sdk.chatManager.addMessageStatusListener((ack) => seen.acks.push({ clientSeq: ack.clientSeq, messageSeq: ack.messageSeq, reasonCode: ack.reasonCode }));
})()`;
