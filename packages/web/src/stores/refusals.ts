import type { ClientRefusal, Explanation, RefusalRow, Result } from '@hufu/client';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { client } from '../lib/client.ts';

/** In the list, and not worth a number on the rail: a program that does not run yet, and looking for what is not there. */
const ROUTINE: ReadonlySet<unknown> = new Set(['remote.refused', 'resource.hidden']);
/** A storm of refusals makes one reading a second. */
const GATHER_MS = 1000;
const MAX_FRESH = 100;

/** What was refused to me and my bots, newest first. */
export const useRefusals = defineStore('refusals', () => {
  const list = ref<readonly RefusalRow[]>([]);
  const loaded = ref(false);
  const refusal = ref<ClientRefusal | null>(null);
  /** Ids that are new since the view was last open; the same one is told again when its cause is found out. */
  const freshIds = ref<ReadonlySet<string>>(new Set());
  const fresh = computed(() => freshIds.value.size);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function reload(): Promise<void> {
    const answer = await client.api.refusals();
    refusal.value = answer.ok ? null : answer.refusal;
    if (!answer.ok) return;
    list.value = answer.value;
    loaded.value = true;
  }

  function explain(requestId: string): Promise<Result<Explanation>> {
    return client.api.explanation(requestId);
  }

  /** Whoever looks at the list has seen what is new in it. */
  function see(): void {
    if (freshIds.value.size > 0) freshIds.value = new Set();
  }

  /** Told of each new refusal, and again when its cause was found out; answers how to stop that. */
  function onRecorded(tell: (requestId: string, code: string) => void): () => void {
    return client.on('event', ({ type, data }) => {
      if (type === 'refusal.recorded') tell(String(data['requestId']), String(data['code']));
    });
  }

  onRecorded((requestId, code) => {
    const rest = [...freshIds.value].filter((id) => id !== requestId).slice(-MAX_FRESH + 1);
    freshIds.value = new Set(ROUTINE.has(code) ? rest : [...rest, requestId]);
    if (!loaded.value) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), GATHER_MS);
  });
  client.on('signedOut', () => {
    clearTimeout(timer);
    list.value = [];
    loaded.value = false;
    see();
  });

  return { list, loaded, refusal, fresh, reload, explain, see, onRecorded };
});
