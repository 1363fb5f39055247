import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';

/** The members of a failed answer, the same over every transport (`echo` is added by the connection). */
export interface FailedAnswer {
  readonly status: 'failed';
  readonly retcode: number;
  readonly data: null;
  readonly message: string;
  readonly msg: string;
  readonly wording: string;
  /** The public code. */
  readonly reason: string;
  readonly requestId: string;
}

/**
 * One encoder for every "no" of this surface. Facts about the caller's own message (the wrong parameter, near matches) may be said; the rest of the
 * evidence stays with the decision.
 */
export function encodeRefusal(refusal: Refusal, requestId: string): FailedAnswer {
  const { publicCode, public: text } = definitionOf(refusal.code);
  const hint = hintOf(refusal);
  return {
    status: 'failed',
    retcode: retcodeOf(refusal),
    data: null,
    message: hint === '' ? text.zh : `${text.zh}：${hint}`,
    msg: publicCode,
    wording: hint === '' ? `${text.zh} / ${text.en}` : `${text.zh} / ${text.en} (${hint})`,
    reason: publicCode,
    requestId,
  };
}

/** What an action that took longer than the server's cap is refused with. */
export const TIMED_OUT: Refusal = { code: 'srv.fault', evidence: { timedOut: true } };

function retcodeOf(refusal: Refusal): number {
  if (refusal.code === 'srv.fault' && refusal.evidence?.['timedOut'] === true) return 1504;
  return wireOf(refusal.code).onebotRetcode;
}

/** Codes whose `detail` repeats what the caller itself sent. */
const SAYS_DETAIL = new Set([
  'http.route_unknown',
  'onebot.action_unknown',
  'onebot.bad_params',
  'onebot.segment_unsupported',
  'onebot.reply_missing',
  'im.message_missing',
  'im.user_missing',
  'media.missing',
  'media.unsupported',
  'media.too_large',
  'rate.requests',
]);

function hintOf(refusal: Refusal): string {
  const { detail, untilMs, limitBytes } = refusal.evidence ?? {};
  if (refusal.code === 'im.muted' && typeof untilMs === 'number') return `shut_up_timestamp ${Math.trunc(untilMs / 1000)}`;
  if (refusal.code === 'im.payload_too_large' && typeof limitBytes === 'number') return `limit ${limitBytes} bytes`;
  return typeof detail === 'string' && SAYS_DETAIL.has(refusal.code) ? detail : '';
}
