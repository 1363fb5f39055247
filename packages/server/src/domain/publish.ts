import { ok, type Outcome } from '../kernel/outcome.ts';
import type { Bus, Committed } from './ports.ts';

export type ChangeBus = Pick<Bus, 'publishChanges'>;

/** Tells the bus what a mutation committed, and hands on its value. Every use case that changes something ends here. */
export function publish<T>(bus: ChangeBus, committed: Outcome<Committed<T>>): Outcome<T> {
  if (!committed.ok) return committed;
  bus.publishChanges(committed.value.changes);
  return ok(committed.value.value);
}
