import type { BotClient } from '../../domain/model.ts';
import type { BotClientState } from './deps.ts';

export type StateListener = (clientId: string, state: BotClientState) => void;

/** How each configured client is connected, for the page. */
export class ClientStates {
  readonly #now: () => number;
  readonly #states = new Map<string, BotClientState>();
  readonly #listeners = new Set<StateListener>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(clientId: string): BotClientState | null {
    return this.#states.get(clientId) ?? null;
  }

  set(clientId: string, state: BotClientState): void {
    this.#states.set(clientId, state);
    for (const listener of this.#listeners) listener(clientId, state);
  }

  setConnected(clientId: string): void {
    this.set(clientId, { state: 'connected', since: this.#now(), refusal: null });
  }

  /** Not connected, and nothing has refused it. */
  setIdle({ id, enabled }: BotClient): void {
    this.set(id, { state: enabled ? 'waiting' : 'disabled', since: this.#now(), refusal: null });
  }

  forget(clientId: string): void {
    this.#states.delete(clientId);
  }

  onChange(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
