import type { ClientRefusal, Explanation, RefusalRow } from '@hufu/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { client } from '../lib/client.ts';

/** What was refused to me and my bots, and the explanations that were read. */
export const useRefusals = defineStore('refusals', () => {
  const list = ref<readonly RefusalRow[]>([]);
  const loaded = ref(false);
  const refusal = ref<ClientRefusal | null>(null);
  /** New since the view was last open. */
  const fresh = ref(0);
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

  client.on('event', (event) => {
    if (event.type !== 'refusal.recorded') return;
    fresh.value += 1;
    // A storm of refusals makes one reading a second.
    clearTimeout(timer);
    if (loaded.value) timer = setTimeout(() => void reload(), 1000);
  });
  client.on('signedOut', () => {
    list.value = [];
    loaded.value = false;
    fresh.value = 0;
  });

  return { list, loaded, refusal, fresh, reload, explain };
});
