import { definitionOf, type Evidence, isRefusalCode, type Refusal, type RefusalCode } from '@hufu/refusals';
import { type OperatorText, operatorText, personText } from '@hufu/refusals/texts';
import { newRequestId } from '../../kernel/ids.ts';
import { type IsSecret, printable, printableEvidence, withoutSecrets } from './printable.ts';

/** One refusal on its way into the records. Values come from what the peer sent, never from unset defaults; no secret is among them. */
export interface DecisionInput {
  readonly refusal: Refusal;
  readonly surface: string;
  readonly listener: string;
  readonly peer: string;
  /** Route, packet or action. */
  readonly subjectOfCall: string;
  readonly claimed: Evidence;
  /** What the request itself shows: proven account, origin, user agent, fingerprint and place of the credential. */
  readonly facts?: Evidence;
  /** Account that may read it, beside the operator: the one that was refused, or the bot's owner. */
  readonly readerUid: string | null;
  /** What the peer was told; null = nobody was told anything: we dialled, or the call was asynchronous. */
  readonly answer: string | null;
}

/** What was found out after the answer had left. */
export interface Learned {
  readonly evidence: Evidence;
  readonly code?: RefusalCode;
  /** Whose secret it turned out to be about. */
  readonly readerUid?: string | null;
}

export interface Decision extends Omit<DecisionInput, 'refusal' | 'facts'> {
  readonly id: string;
  readonly tsMs: number;
  /** The public code that left the server; what is learned later does not change what the peer was told. */
  readonly told: string | null;
  code: RefusalCode;
  evidence: Evidence;
  readerUid: string | null;
  /** Further ones from the same address that were counted, not kept. */
  repeated: number;
  /** Further ones from other addresses, counted here while the whole server was over its rate. */
  repeatedElsewhere: number;
  /** false: over the rate, in memory only. */
  stored: boolean;
}

export type Viewer = { readonly kind: 'operator' } | { readonly kind: 'person'; readonly uid: string };

export interface Explanation {
  readonly requestId: string;
  readonly code: string;
  /** What the peer was told; null = nobody was told. */
  readonly publicCode: string | null;
  readonly timeIso: string;
  readonly surface: string;
  readonly peer: string;
  readonly text: { readonly zh: OperatorText; readonly en: OperatorText };
  readonly evidence: Evidence;
  readonly claimed: Evidence;
}

export interface DecisionRow {
  readonly requestId: string;
  readonly code: string;
  readonly timeIso: string;
  readonly surface: string;
  readonly title: { readonly zh: string; readonly en: string };
}

export function decisionOf(input: DecisionInput, nowMs: number, isSecret: IsSecret): Decision {
  const { code, evidence } = input.refusal;
  const claimed = Object.entries(input.claimed).map(([key, value]) => [
    key,
    typeof value === 'string' ? withoutSecrets(value, isSecret) : value,
  ]);
  // What stands beside the cause and is the peer's own words.
  const { path, uid, deviceId, channelId } = evidence ?? {};
  const own = Object.entries({ path, uid, deviceId, channelId }).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, withoutSecrets(value, isSecret)]] : [],
  );
  return {
    surface: input.surface,
    listener: input.listener,
    peer: printable(input.peer),
    subjectOfCall: withoutSecrets(input.subjectOfCall, isSecret),
    claimed: Object.fromEntries(claimed),
    readerUid: input.readerUid,
    answer: input.answer === null ? null : printable(input.answer),
    id: newRequestId(nowMs),
    tsMs: nowMs,
    told: input.answer === null ? null : definitionOf(code).publicCode,
    code,
    evidence: printableEvidence({ ...input.facts, ...evidence, ...Object.fromEntries(own) }),
    repeated: 0,
    repeatedElsewhere: 0,
    stored: false,
  };
}

/** null for a record that is damaged or names a code of another version. */
export function readDecision(json: string): Decision | null {
  try {
    const decision = JSON.parse(json) as Decision;
    return isRefusalCode(decision.code) ? decision : null;
  } catch {
    return null;
  }
}

export function mayRead(decision: Decision, viewer: Viewer): boolean {
  return viewer.kind === 'operator' || decision.readerUid === viewer.uid;
}

export function explanationFor(decision: Decision, viewer: Viewer): Explanation {
  const { id, tsMs, told, surface, peer, claimed, code, evidence } = asSeenBy(decision, viewer);
  return {
    requestId: id,
    code,
    publicCode: told,
    timeIso: new Date(tsMs).toISOString(),
    surface,
    peer,
    text: viewer.kind === 'operator' ? operatorText(code) : personText(code),
    evidence: {
      call: decision.subjectOfCall,
      ...(decision.answer === null ? {} : { answer: decision.answer }),
      listener: decision.listener,
      ...evidence,
      ...(decision.repeated > 0 ? { alsoRefused: decision.repeated } : {}),
      ...(decision.repeatedElsewhere > 0 ? { alsoRefusedElsewhere: decision.repeatedElsewhere } : {}),
      ...(decision.stored ? {} : { keptInMemoryOnly: true }),
    },
    claimed,
  };
}

export function rowFor(decision: Decision, viewer: Viewer): DecisionRow {
  const { id, tsMs, surface, code } = asSeenBy(decision, viewer);
  const { zh, en } = operatorText(code);
  const title = { zh: zh.title, en: en.title };
  return { requestId: id, code, timeIso: new Date(tsMs).toISOString(), surface, title };
}

const OPERATOR_ONLY = new Set(['ownerUid', 'presentedKind', 'expectedFingerprint']);

/**
 * What the owner of the account may read. Whose token it was, and that it was the admin secret, stays with the operator: else people could try values
 * against their own uid and read here what each one opens. Unless the peer was told so at once, having proved that it holds the secret.
 */
function asSeenBy(decision: Decision, viewer: Viewer): Decision {
  if (viewer.kind === 'operator') return decision;
  const { code, told } = decision;
  // Nor whether a group is there, which nobody outside of it was told.
  if (code === 'im.channel_missing') return { ...decision, code: 'im.not_member' };
  const tellsOfOthers = code === 'cred.other_owner' || (code === 'cred.wrong_kind' && told !== code);
  const evidence = Object.fromEntries(Object.entries(decision.evidence).filter(([key]) => !OPERATOR_ONLY.has(key)));
  return { ...decision, evidence, code: tellsOfOthers ? 'cred.mismatch' : code };
}
