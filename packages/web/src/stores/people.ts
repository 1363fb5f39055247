import type { AccountKind, Contact, Result } from '@hufu/client';
import { defineStore } from 'pinia';
import { reactive, ref } from 'vue';
import { client } from '../lib/client.ts';

/** Names of accounts, asked for once each, and the list of those one may write to. */
export const usePeople = defineStore('people', () => {
  const known = reactive(new Map<string, { name: string; kind: AccountKind }>());
  const contacts = ref<readonly Contact[]>([]);
  const asked = new Set<string>();

  function learn(uid: string, name: string, kind?: AccountKind): void {
    if (uid === '' || name === '') return;
    known.set(uid, { name, kind: kind ?? known.get(uid)?.kind ?? 'person' });
  }

  /** The name when it is known; else the uid, and the server is asked. */
  function nameOf(uid: string): string {
    const entry = known.get(uid);
    if (entry === undefined) ask(uid);
    return entry?.name ?? uid;
  }

  function ask(uid: string): void {
    if (uid === '' || asked.has(uid) || asked.size > 2000) return;
    asked.add(uid);
    void client.api.user(uid).then((answer) => {
      if (answer.ok) learn(uid, answer.value.name || uid, answer.value.kind);
    });
  }

  /** An account by its exact uid. */
  async function find(wanted: string): Promise<Result<Contact>> {
    const answer = await client.api.user(wanted);
    if (!answer.ok) return answer;
    const { uid, name, kind } = answer.value;
    learn(uid, name || uid, kind);
    return { ok: true, value: { uid, name: name || uid, kind } };
  }

  function isBot(uid: string): boolean {
    return known.get(uid)?.kind === 'bot';
  }

  async function load(): Promise<void> {
    const answer = await client.api.contacts();
    if (!answer.ok) return;
    contacts.value = answer.value;
    for (const { uid, name, kind } of answer.value) learn(uid, name, kind);
  }

  return { contacts, learn, nameOf, find, isBot, load };
});
