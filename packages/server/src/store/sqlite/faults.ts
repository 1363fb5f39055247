import { refuse } from '../../kernel/outcome.ts';

/** What a thread tells about an error: plain, so that it survives the way to the other thread. */
export interface FaultReport {
  readonly message: string;
  readonly sqliteCode: number | null;
}

export function describeFault(error: unknown): FaultReport {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  return { message, sqliteCode: typeof code === 'number' ? code : null };
}

/** Full disk, I/O error, locked file …: nothing was stored, trying again in a second is right. */
export function storeUnavailable(fault: FaultReport): ReturnType<typeof refuse> {
  return refuse('srv.store_unavailable', { fault: fault.message, sqliteCode: fault.sqliteCode }, 1);
}
