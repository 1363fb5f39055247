import type { RefusalCode } from '@hufu/refusals';
import type { Confidence, Edit } from './target.ts';
import type { Text } from './text.ts';

export interface Cause {
  readonly code: RefusalCode;
  readonly confidence: Confidence;
  readonly title: Text;
  readonly meaning: Text;
  readonly check: Text;
  readonly fix: Text;
  readonly detail: Text | null;
  readonly edits: readonly Edit[];
  readonly evidence: readonly string[];
}

export interface EvidenceRow {
  readonly id: string;
  /** ✗: a cause rests on it, surely or likely. */
  readonly ok: boolean;
  /** What the probe wanted to know; null where none ran: a line of a log, a header that came in. */
  readonly says: Text | null;
  readonly request: string;
  readonly result: string;
  readonly ms: number;
}

/** 0 it works · 1 cause found · 2 several causes remain, or none could be told · 3 not reachable · 4 wrong use · 5 our own fault. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

export interface Report {
  readonly schema: 'hufu.doctor/1';
  readonly target: string;
  readonly url: string;
  readonly exit: ExitCode;
  readonly causes: readonly Cause[];
  readonly warnings: readonly Cause[];
  readonly settled: readonly Text[];
  readonly open: readonly Text[];
  readonly evidence: readonly EvidenceRow[];
}
