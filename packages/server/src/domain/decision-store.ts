import type { Outcome } from '../kernel/outcome.ts';

/** One refusal as it was seen: `json` is the full record with its evidence, written and read by policy alone; the store keeps it as it is. */
export interface DecisionRecord {
  /** The request id. */
  readonly id: string;
  readonly tsMs: number;
  readonly code: string;
  readonly subject: string | null;
  readonly json: string;
}

export interface DecisionQuery {
  readonly subject?: string;
  readonly code?: string;
  readonly sinceMs: number;
  readonly limit: number;
}

/** Kept apart from messages, so that a flood of refusals cannot slow them. Kept 30 days and at most 200 000 records. */
export interface DecisionStore {
  /** Replaces a record of the same id. */
  put(records: readonly DecisionRecord[]): Promise<Outcome<void>>;
  get(id: string): Promise<DecisionRecord | null>;
  /** Newest first. */
  list(query: DecisionQuery): Promise<readonly DecisionRecord[]>;
  close(): Promise<void>;
}
