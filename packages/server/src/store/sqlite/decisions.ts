import { join } from 'node:path';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { DecisionStore } from '../../domain/decision-store.ts';
import { attempt, ThreadClient } from './client.ts';
import { DECISION_MIGRATIONS } from './schema.ts';
import type { DecisionCalls } from './decisions-worker.ts';

export interface DecisionStoreOptions {
  readonly dataDir: string;
  readonly maxAgeMs?: number;
  readonly maxRows?: number;
  readonly now?: () => number;
}

const THIRTY_DAYS_MS = 30 * 86_400_000;

/** Opens `dataDir/decisions.db`. Refuses with srv.data_newer or srv.store_unavailable: without it no refusal could be explained. */
export async function openDecisionStore(options: DecisionStoreOptions): Promise<Outcome<DecisionStore>> {
  const now = options.now ?? Date.now;
  const { client, fault, newer } = await ThreadClient.start({
    url: new URL('./decisions-worker.ts', import.meta.url),
    data: () => ({
      file: join(options.dataDir, 'decisions.db'),
      maxAgeMs: options.maxAgeMs ?? THIRTY_DAYS_MS,
      maxRows: options.maxRows ?? 200_000,
    }),
    maxPending: 1_000,
  });
  if (fault !== null) {
    await client.end();
    return newer === null
      ? refuse('srv.store_unavailable', { file: 'decisions.db', fault: fault.message, sqliteCode: fault.sqliteCode })
      : refuse('srv.data_newer', { file: 'decisions.db', found: newer, known: DECISION_MIGRATIONS.length });
  }
  return ok({
    put: (records) =>
      attempt(async () => {
        if (records.length > 0) await client.call<DecisionCalls, 'put'>('put', records, now());
        return ok();
      }),
    get: (id) => client.call<DecisionCalls, 'get'>('get', id),
    list: (query) => client.call<DecisionCalls, 'list'>('list', query),
    async close() {
      await client.call<DecisionCalls, 'close'>('close').catch(() => undefined);
      await client.end();
    },
  });
}
