import type { Refusal } from '@hufu/refusals';

/** What a thread tells about an error: plain, so that it survives the way to the other thread. */
export interface FaultReport {
  readonly message: string;
  /** SQLite's extended result code; null = the error is none of SQLite's. */
  readonly sqliteCode: number | null;
}

/** SQLite's primary codes for a machine that cannot, rather than a program that asks wrongly: busy, locked, no memory, read-only, I/O error, corrupt, full, cannot open, not a database. */
const MACHINE_CODES: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26]);

export function describeFault(error: unknown): FaultReport {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  return { message, sqliteCode: typeof code === 'number' ? code : null };
}

/** Nothing was stored. When the machine is at fault, trying again in a second is right; else it is a bug of ours. */
export function refusalOfFault(fault: FaultReport): Refusal {
  const evidence = { fault: fault.message, sqliteCode: fault.sqliteCode };
  return fault.sqliteCode !== null && MACHINE_CODES.has(fault.sqliteCode & 0xff)
    ? { code: 'srv.store_unavailable', evidence, retryAfterSeconds: 1 }
    : { code: 'srv.fault', evidence };
}
