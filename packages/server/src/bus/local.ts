import type { Change } from '../domain/model.ts';
import type { Bus, Stored } from '../domain/ports.ts';

/** The bus of one process: listeners are called at once, in order of registration. */
export function createLocalBus(): Bus {
  const stored = new Set<(stored: Stored) => void>();
  const changes = new Set<(changes: readonly Change[]) => void>();
  return {
    publishStored: (message) => stored.forEach((listener) => listener(message)),
    publishChanges: (list) => {
      if (list.length > 0) changes.forEach((listener) => listener(list));
    },
    onStored: (listener) => subscribe(stored, listener),
    onChanges: (listener) => subscribe(changes, listener),
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
