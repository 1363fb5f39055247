import { ADMIN_SECRET, call, type TestServer, until } from './server.ts';
import type { SnippetFile } from './nonebot.ts';

export interface SeenMessage {
  readonly messageSeq: number;
  readonly fromUid: string;
  readonly payload: { readonly type?: number; readonly content?: string; readonly url?: string } & Record<string, unknown>;
}

export interface MadeBot {
  readonly uid: string;
  readonly clientId: string;
  readonly token: string;
  readonly files: readonly SnippetFile[];
}

/** A person of the page, driven through the API that the page uses. */
export async function newPerson(server: TestServer, uid: string) {
  await call(
    server,
    '/api/v1/users',
    { Authorization: `Bearer ${ADMIN_SECRET}` },
    { uid, name: uid, password: 'password-of-the-test' },
  );
  const login = await call(server, '/api/v1/auth/login', {}, { uid, password: 'password-of-the-test' });
  const headers = { Authorization: `Bearer ${String(login.body.token)}` };
  let current = server;
  const ask = (path: string, body?: unknown, method?: string) => call(current, path, headers, body, method);
  const person = {
    uid,
    headers,
    ask,
    /** After a restart of the server. */
    moveTo: (next: TestServer) => {
      current = next;
    },
    async newBot(name: string, url: string): Promise<MadeBot> {
      const { body } = await ask('/api/v1/bots', { name, framework: 'nonebot', url });
      const made = body as { bot: { uid: string }; client: { id: string }; token: string; snippets: { files: SnippetFile[] }[] };
      return { uid: made.bot.uid, clientId: made.client.id, token: made.token, files: made.snippets[0]?.files ?? [] };
    },
    async clientOf(bot: MadeBot) {
      const { body } = await ask('/api/v1/bots');
      const bots = (
        body as {
          bots: { uid: string; clients: { id: string; state: string; refusal: { code: string; requestId: string } | null }[] }[];
        }
      ).bots;
      return bots.find((one) => one.uid === bot.uid)?.clients.find((one) => one.id === bot.clientId) ?? null;
    },
    connected: (bot: MadeBot) =>
      until('the bot to be connected', async () => (await person.clientOf(bot))?.state === 'connected', 30_000),
    refusal: (bot: MadeBot, code: string) =>
      until(
        `the bot's refusal to be ${code}`,
        async () => {
          const client = await person.clientOf(bot);
          return client?.refusal?.code === code ? client.refusal : null;
        },
        30_000,
      ),
    async say(channelId: string, channelType: number, payload: object) {
      return call(
        current,
        '/message/send',
        { token: ADMIN_SECRET },
        {
          from_uid: uid,
          channel_id: channelId,
          channel_type: channelType,
          payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
        },
      );
    },
    async messages(channelId: string, channelType: number): Promise<SeenMessage[]> {
      const { body } = await ask(
        `/api/v1/messages?channelId=${encodeURIComponent(channelId)}&channelType=${channelType}&limit=100`,
      );
      return (body as { messages: SeenMessage[] }).messages;
    },
    heard: (channelId: string, channelType: number, fromUid: string, what: (payload: SeenMessage['payload']) => boolean) =>
      until(
        'the answer',
        async () => (await person.messages(channelId, channelType)).find((one) => one.fromUid === fromUid && what(one.payload)),
        20_000,
      ),
  };
  return person;
}
