import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../../kernel/outcome.ts';
import type { DecisionStore } from '../../domain/decision-store.ts';
import { StoreFault, ThreadClient } from './client.ts';
import type { DecisionCalls } from './decisions-worker.ts';
import { storeUnavailable } from './faults.ts';

export interface DecisionStoreOptions {
  readonly dataDir: string;
  readonly maxAgeMs?: number;
  readonly maxRows?: number;
  readonly now?: () => number;
}

const THIRTY_DAYS_MS = 30 * 86_400_000;

/** Opens `dataDir/decisions.db`. Throws when that cannot be done: without it no refusal could be explained. */
export async function openDecisionStore(options: DecisionStoreOptions): Promise<DecisionStore> {
  mkdirSync(options.dataDir, { recursive: true });
  const now = options.now ?? Date.now;
  const { client, fault } = await ThreadClient.start(
    new URL('./decisions-worker.ts', import.meta.url),
    {
      file: join(options.dataDir, 'decisions.db'),
      maxAgeMs: options.maxAgeMs ?? THIRTY_DAYS_MS,
      maxRows: options.maxRows ?? 200_000,
    },
    1_000,
  );
  if (fault !== null) {
    await client.end();
    throw new StoreFault(fault);
  }
  return {
    async put(records) {
      try {
        if (records.length > 0) await client.call<DecisionCalls, 'put'>('put', records, now());
        return ok();
      } catch (error) {
        if (error instanceof StoreFault) return storeUnavailable(error.fault);
        throw error;
      }
    },
    get: (id) => client.call<DecisionCalls, 'get'>('get', id),
    list: (query) => client.call<DecisionCalls, 'list'>('list', query),
    async close() {
      await client.call<DecisionCalls, 'close'>('close').catch(() => undefined);
      await client.end();
    },
  };
}
