import type { RefusalCode } from '@hufu/refusals';
import type { Tools } from '../tools/tools.ts';
import type { Facts, Seen } from './facts.ts';
import type { Text } from './text.ts';

/** One small step: from what is known to one more thing seen. Its only effect is the one request that it makes through `tools`. */
export interface Probe {
  /** Short and stable: evidence and `--json` name it. */
  readonly id: string;
  /** What is being waited for. */
  readonly says: Text;
  /** The other side may act on it (a bot comes online, a session is kicked): only with `--active`. */
  readonly active?: true;
  /** Carries a secret of the person: not to a server whose certificate is not trusted, unless they said so (`--insecure`). */
  readonly secret?: true;
  /** Longest wait. */
  readonly maxMs: number;
  when(facts: Facts): boolean;
  run(facts: Facts, tools: Tools): Promise<Seen>;
}

export type Confidence = 'certain' | 'likely' | 'possible';

/** The line to change, in the words of the software that is to change. */
export interface Edit {
  /** e.g. `NoneBot 2`, `nginx`. */
  readonly software: string;
  readonly file: string;
  /** The exact line or lines; a secret stands as ‹token›. */
  readonly change: string;
}

export interface Finding {
  readonly confidence: Confidence;
  /** Ids of the probes that show it. */
  readonly evidence: readonly string[];
  readonly edits?: readonly Edit[];
  /** What the general text of the cause cannot say: the values that were seen. */
  readonly detail?: Text;
}

/** A cause, and when the facts show it. Title, meaning, check and fix are the operator texts of its code. */
export interface Rule {
  readonly code: RefusalCode;
  /** warning: the connection would work, and something is still wrong. */
  readonly level?: 'warning';
  /** What it was seen on, e.g. `NoneBot 2.5.0 (FastAPI)`; stands in the table of causes. */
  readonly provenOn: string;
  /** Causes that are only its symptoms: not told beside it, unless they are surer. */
  readonly explains?: readonly RefusalCode[];
  decide(facts: Facts): Finding | null;
}

/** A sentence that is true when `when` says so. */
export interface Statement {
  readonly says: Text;
  when(facts: Facts): boolean;
}

/** An option of the command that this kind understands; what the person says becomes `question.given` under the option's own name in camel case. */
export interface TargetOption {
  /** As the help shows it: `--scheme <scheme>`, or `--insecure` for one without a value. */
  readonly flags: string;
  readonly says: string;
  readonly choices?: readonly string[];
  /** The value to keep, without secrets; null = wrong use. */
  read?(text: string): string | number | null;
}

/** A kind of peer the doctor can examine. A new one is a folder and a line in the list. */
export interface Target {
  readonly name: string;
  readonly says: Text;
  /** 0 … 1: how much this address looks like one of this kind, for `--kind auto`. */
  fits(url: URL): number;
  readonly options?: readonly TargetOption[];
  /** In the order they run. */
  readonly probes: readonly Probe[];
  /** In the order they are told. Several may hold at once. */
  readonly rules: readonly Rule[];
  /** What was seen to be right. */
  readonly settled: readonly Statement[];
  /** What could not be decided, and what would decide it. */
  readonly open: readonly Statement[];
  /** The peer refuses or fails, and no rule says why; null = it works. */
  fallback(facts: Facts): RefusalCode | null;
}
