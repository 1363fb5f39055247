import type { AccountKind, ClientRefusal, LiveState, SignedIn } from '@hufu/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { client } from '../lib/client.ts';
import { onRemembered, remember, remembered } from '../lib/storage.ts';

export interface SessionAccount {
  readonly uid: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly token: string;
}

function accountOf(text: string | null): SessionAccount | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const { uid, name, kind, token } = value as Partial<SessionAccount>;
    if (typeof uid !== 'string' || typeof token !== 'string') return null;
    return { uid, name: name ?? uid, kind: kind ?? 'person', token };
  } catch {
    return null;
  }
}

/** Who is signed in, and how the live connection is. */
export const useSession = defineStore('session', () => {
  const account = ref<SessionAccount | null>(accountOf(remembered('session')));
  const live = ref<LiveState>(client.liveState());

  client.on('state', (state) => {
    live.value = state;
  });
  client.on('signedOut', forget);
  // Signed out, or in as somebody else, in another page of this browser: this one follows.
  onRemembered('session', (text) => {
    const next = accountOf(text);
    if (next?.token === account.value?.token) return;
    if (account.value === null && next === null) return;
    remember('drafts', null);
    window.location.reload();
  });
  if (account.value !== null) client.attach(account.value);

  function forget(): void {
    account.value = null;
    remember('session', null);
  }

  function keep(signedIn: SignedIn): void {
    const { uid, name, kind, token } = signedIn;
    account.value = { uid, name, kind, token };
    remember('session', JSON.stringify(account.value));
  }

  async function signIn(uid: string, password: string): Promise<ClientRefusal | null> {
    const answer = await client.login(uid, password);
    if (!answer.ok) return answer.refusal;
    keep(answer.value);
    return null;
  }

  /** Makes the account with the admin secret, then signs in with it. */
  async function makeFirstAccount(
    secret: string,
    user: { uid: string; name: string; password: string },
  ): Promise<ClientRefusal | null> {
    const made = await client.api.createUser(secret, user);
    return made.ok ? signIn(user.uid, user.password) : made.refusal;
  }

  async function signOut(): Promise<void> {
    await client.logout();
    forget();
  }

  return { account, live, signIn, makeFirstAccount, signOut };
});
