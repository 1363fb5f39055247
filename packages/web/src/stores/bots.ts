import type { BotClientState, BotClientView, BotMade, BotView, ClientRefusal, Framework, Result, Words } from '@hufu/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { client } from '../lib/client.ts';
import { createReading } from '../lib/reading.ts';

const STATES: readonly string[] = ['connected', 'connecting', 'refused', 'waiting', 'disabled'];

/** My bots and how their programs are connected, live. */
export const useBots = defineStore('bots', () => {
  const list = ref<BotView[]>([]);
  const loaded = ref(false);
  const refusal = ref<ClientRefusal | null>(null);

  const reading = createReading(async () => {
    const answer = await client.api.bots();
    refusal.value = answer.ok ? null : answer.refusal;
    if (!answer.ok) return;
    list.value = answer.value;
    loaded.value = true;
  });
  const reload = reading.run;

  async function create(wish: { name: string; framework: Framework; url?: string }): Promise<Result<BotMade>> {
    const answer = await client.api.createBot(wish);
    if (answer.ok) await reload();
    return answer;
  }

  function find(uid: string): BotView | undefined {
    return list.value.find((bot) => bot.uid === uid);
  }

  function clientOf(uid: string, id: string): BotClientView | undefined {
    return find(uid)?.clients.find((one) => one.id === id);
  }

  function applyState(data: Readonly<Record<string, unknown>>): void {
    const { botUid, id, state } = data;
    if (typeof botUid !== 'string' || typeof id !== 'string' || typeof state !== 'string' || !STATES.includes(state)) return;
    if (clientOf(botUid, id) === undefined) {
      void reload();
      return;
    }
    reading.changed();
    list.value = list.value.map((bot) =>
      bot.uid === botUid
        ? { ...bot, clients: bot.clients.map((one) => (one.id === id ? patched(one, state as BotClientState, data) : one)) }
        : bot,
    );
  }

  client.on('event', (event) => {
    if (event.type === 'botclient.state') applyState(event.data);
  });
  // A reconnect may have missed a change of state.
  client.on('conversations', () => {
    if (loaded.value) void reload();
  });
  client.on('signedOut', () => {
    list.value = [];
    loaded.value = false;
  });

  return { list, loaded, refusal, reload, create, find, clientOf };
});

function patched(before: BotClientView, state: BotClientState, data: Readonly<Record<string, unknown>>): BotClientView {
  const { since, refusal, url } = data;
  const why = typeof refusal === 'object' && refusal !== null ? (refusal as Record<string, unknown>) : null;
  return {
    ...before,
    state,
    url: typeof url === 'string' ? url : before.url,
    since: typeof since === 'string' || typeof since === 'number' ? since : null,
    refusal: why === null ? null : { requestId: String(why['requestId'] ?? ''), code: String(why['code'] ?? ''), ...textOf(why) },
  };
}

function textOf({ text }: Readonly<Record<string, unknown>>): { text?: Words } {
  if (typeof text !== 'object' || text === null) return {};
  const { zh, en } = text as Partial<Words>;
  return typeof zh === 'string' && typeof en === 'string' ? { text: { zh, en } } : {};
}
