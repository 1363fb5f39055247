import { ADMIN_SECRET, call, type TestServer, until } from './server.ts';

export interface SeenMessage {
  readonly messageSeq: number;
  readonly fromUid: string;
  readonly payload: { readonly type?: number; readonly content?: string; readonly url?: string } & Record<string, unknown>;
}

/** A person without a page: made by the operator and signed in, driven through the API that the page uses. */
export async function newPerson(server: TestServer, uid: string) {
  const password = 'password-of-the-test';
  await call(server, '/api/v1/users', { Authorization: `Bearer ${ADMIN_SECRET}` }, { uid, name: uid, password });
  const login = await call(server, '/api/v1/auth/login', {}, { uid, password });
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
    say(channelId: string, channelType: number, payload: object) {
      const base64 = Buffer.from(JSON.stringify(payload)).toString('base64');
      const body = { from_uid: uid, channel_id: channelId, channel_type: channelType, payload: base64 };
      return call(current, '/message/send', { token: ADMIN_SECRET }, body);
    },
    async messages(channelId: string, channelType: number): Promise<SeenMessage[]> {
      const channel = `channelId=${encodeURIComponent(channelId)}&channelType=${channelType}`;
      const { body } = await ask(`/api/v1/messages?${channel}&limit=100`);
      return (body as { messages: SeenMessage[] }).messages;
    },
    heard: (channelId: string, channelType: number, fromUid: string, what: (payload: SeenMessage['payload']) => boolean) =>
      until('the answer', async () =>
        (await person.messages(channelId, channelType)).find((one) => one.fromUid === fromUid && what(one.payload)),
      ),
  };
  return person;
}
