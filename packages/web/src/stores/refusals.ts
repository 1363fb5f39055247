import type { ClientRefusal, Explanation, RefusalRow } from '@hufu/client';
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { client } from '../lib/client.ts';

/** What was refused to me and my bots, and the explanations that were read. */
export const useRefusals = defineStore('refusals', () => {
  const list = ref<readonly RefusalRow[]>([]);
  const loaded = ref(false);
  const refusal = ref<ClientRefusal | null>(null);
  /** How many are new since the view was last open. */
  const fresh = ref(0);
  let freshIds = new Set<string>();
  watch(fresh, (count) => {
    if (count === 0) freshIds = new Set();
  });
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function reload(): Promise<void> {
    const answer = await client.api.refusals();
    refusal.value = answer.ok ? null : answer.refusal;
    if (!answer.ok) return;
    list.value = answer.value;
    loaded.value = true;
  }

  async function explain(requestId: string): Promise<Explanation | ClientRefusal> {
    const answer = await client.api.explanation(requestId);
    return answer.ok ? answer.value : answer.refusal;
  }

  /** Told of each new refusal, and again when its cause was found out; answers how to stop that. */
  function onRecorded(tell: (requestId: string) => void): () => void {
    return client.on('event', (event) => {
      if (event.type === 'refusal.recorded') tell(String(event.data['requestId']));
    });
  }

  onRecorded((requestId) => {
    freshIds.add(requestId);
    fresh.value = freshIds.size;
    // A storm of refusals makes one reading a second.
    clearTimeout(timer);
    if (loaded.value) timer = setTimeout(() => void reload(), 1000);
  });
  client.on('signedOut', () => {
    list.value = [];
    loaded.value = false;
    fresh.value = 0;
  });

  return { list, loaded, refusal, fresh, reload, explain, onRecorded };
});
