import type { RefusalCode } from './codes.ts';

/** Facts seen, for the operator. Values are plain; a secret appears only as its fingerprint. */
export type Evidence = Readonly<Record<string, string | number | boolean | null>>;

/** A "no" as a value. `code` is the full cause; only its public code leaves the server towards strangers. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly evidence?: Evidence;
  readonly retryAfterSeconds?: number;
}

/** Wire classes: the class fixes the bytes on every surface. */
export type RefusalClass =
  | 'A0'
  | 'A1'
  | 'A2'
  | 'A3'
  | 'P1'
  | 'P2'
  | 'P3'
  | 'P4'
  | 'R1'
  | 'R3'
  | 'M1'
  | 'M2'
  | 'M3'
  | 'O1'
  | 'U1'
  | 'C1'
  | 'K1'
  | 'S1'
  | 'S2';
