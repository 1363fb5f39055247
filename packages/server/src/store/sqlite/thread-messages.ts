import type { FaultReport } from './faults.ts';

/** What goes to a store thread. `append` carries a packed batch; `commands` run in one transaction, each in its own savepoint. */
export type Request =
  | { readonly id: number; readonly kind: 'append'; readonly packed: Uint8Array<ArrayBuffer>; readonly nowMs: number }
  | { readonly id: number; readonly kind: 'commands'; readonly commands: readonly Call[] }
  | { readonly id: number; readonly kind: 'call'; readonly call: Call };

export interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
}

/** What a thread says first: that it is ready, or why it cannot work. */
export interface FirstReport {
  readonly fault: FaultReport | null;
  /** The version of a database that is newer than this program. */
  readonly newer: number | null;
}

export const READY: FirstReport = { fault: null, newer: null };

export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly fault: FaultReport };

export type CommandReply = { readonly value: unknown } | { readonly fault: FaultReport };

type Operation = (...args: readonly unknown[]) => unknown;

/** The two sides share one type of the table, so the cast here is the only untyped step. */
export function invoke(table: object, call: Call): unknown {
  const operation: unknown = Object.hasOwn(table, call.op) ? Reflect.get(table, call.op) : undefined;
  if (typeof operation !== 'function') throw new Error(`no store operation ${call.op}`);
  return (operation as Operation)(...call.args);
}
