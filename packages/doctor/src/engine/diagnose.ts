import { type Facts, type Seen, seenAs } from '../model/facts.ts';
import type { Question, Secrets } from '../model/question.ts';
import type { Report } from '../model/report.ts';
import type { Probe, Target } from '../model/target.ts';
import { networkTools, OutOfRequests } from '../tools/net.ts';
import type { Tools } from '../tools/tools.ts';
import { conclude, STOPPED } from './conclude.ts';
import { isAllowed } from './trust.ts';

/** What a watcher hears while the doctor works. */
export type Step =
  | { readonly phase: 'start'; readonly probe: Probe; readonly withinMs: number }
  | { readonly phase: 'end'; readonly probe: Probe; readonly seen: Seen };

export interface DiagnoseOptions {
  readonly target: Target;
  readonly question: Question;
  readonly secrets: Secrets;
  /** Longest time for all probes together. */
  readonly totalMs?: number;
  /** Facts somebody has already, by probe id: those probes do not run. */
  readonly known?: Readonly<Record<string, Seen>>;
  readonly onStep?: (step: Step) => void;
  readonly signal?: AbortSignal;
  /** The network, unless a test brings its own. */
  readonly tools?: Tools;
}

const TOTAL_MS = 10_000;
export const MAX_REQUESTS = 20;

/** Runs the target's probes one after the other, each only if what is known makes it useful, and draws the verdict. */
export async function diagnose(options: DiagnoseOptions): Promise<{ readonly facts: Facts; readonly report: Report }> {
  const { target, question, secrets } = options;
  const untilMs = Date.now() + (options.totalMs ?? TOTAL_MS);
  const tools = options.tools ?? networkTools(secrets, { requests: MAX_REQUESTS, untilMs });
  let facts: Facts = { schema: 'hufu.doctor/1', question, seen: { ...options.known } };
  for (const probe of target.probes) {
    if (options.signal?.aborted === true) break;
    if (facts.seen[probe.id] !== undefined || !isAllowed(probe, facts) || !probe.when(facts)) continue;
    const withinMs = Math.min(probe.maxMs, untilMs - Date.now());
    if (withinMs > 0) options.onStep?.({ phase: 'start', probe, withinMs });
    const seen = withinMs > 0 ? await runWithin(probe, facts, tools) : null;
    if (seen === null) {
      facts = { ...facts, seen: { ...facts.seen, [STOPPED]: tools.note('stopped before', { probe: probe.id }) } };
      break;
    }
    facts = { ...facts, seen: { ...facts.seen, [probe.id]: seen } };
    options.onStep?.({ phase: 'end', probe, seen });
  }
  return { facts, report: conclude(target, facts) };
}

/** null when the run has sent all that it may. */
async function runWithin(probe: Probe, facts: Facts, tools: Tools): Promise<Seen | null> {
  try {
    return await probe.run(facts, tools);
  } catch (error) {
    if (error instanceof OutOfRequests) return null;
    throw error;
  }
}

/** The address that the TCP probe reached; later probes go there and nowhere else. */
export function reachedAddress(facts: Facts) {
  const reached = seenAs(facts, 'N2', 'tcp')?.tries.find((one) => one.result === 'ok')?.address;
  return seenAs(facts, 'N1', 'dns')?.addresses.find((one) => one.address === reached);
}
