import { type Client, createClient, type Msg, type Result } from '@hufu/client';
import { newPerson } from './person.ts';
import { type TestServer, until } from './server.ts';

/** Somebody at the other end of the page's conversations, on the same client library. */
export interface Friend {
  readonly uid: string;
  readonly client: Client;
  /** Answers when it is stored. `type` 1 = the person `to`, 2 = the group. */
  say(to: string, type: number, payload: Readonly<Record<string, unknown>>): Promise<void>;
  messages(from: string, type: number): Promise<readonly Msg[]>;
  heard(from: string, type: number, words: string): Promise<Msg>;
  /** A new group with these members; answers its id. */
  newGroup(name: string, members: readonly string[]): Promise<string>;
}

export async function newFriend(server: TestServer, uid: string): Promise<Friend> {
  const { headers } = await newPerson(server, uid);
  const client = createClient({ baseUrl: server.ready.http, deviceId: `friend-${uid}` });
  client.attach({ uid, token: headers.Authorization.replace('Bearer ', '') });
  let number = 0;
  const friend: Friend = {
    uid,
    client,
    async say(to, type, payload) {
      number += 1;
      need(await client.send({ channelId: to, channelType: type }, payload, `${uid}-${number}`));
    },
    messages: async (from, type) => need(await client.api.messages({ channelId: from, channelType: type, limit: 100 })).messages,
    heard: (from, type, words) =>
      until(`${uid} to read "${words}"`, async () => {
        const messages = await friend.messages(from, type);
        return messages.find((one) => one.fromUid !== uid && one.payload?.['content'] === words);
      }),
    newGroup: async (name, members) => need(await client.api.createGroup(name, members)).channelId,
  };
  return friend;
}

function need<T>(answer: Result<T>): T {
  if (!answer.ok) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`);
  return answer.value;
}
