import type { IncomingHttpHeaders } from 'node:http';
import type { Evidence, Refusal } from '@hufu/refusals';
import { createBoundedQueue } from '../kernel/bounded-queue.ts';
import type { Log } from '../kernel/log.ts';
import { type CredentialedRequest, extractCredential } from '../policy/credentials/extract.ts';
import { classifyBearer, classifyBotToken, classifyDeviceToken } from '../policy/credentials/near-miss.ts';
import type { Learned } from '../policy/decisions/recorder.ts';
import type { Caller } from '../surfaces/listen/caller.ts';
import type { RefusalSeen } from '../surfaces/listen/client-deps.ts';
import type { EarlyRefusalSeen } from '../surfaces/listen/early-refusal.ts';
import type { Core } from './compose.ts';

const MAX_WAITING = 1000;

export interface HttpRefusalSeen {
  readonly refusal: Refusal;
  readonly surface: string;
  readonly caller: Caller;
  readonly httpStatus: number;
  /** The proven account. */
  readonly uid: string | null;
}

export type Refusals = ReturnType<typeof createRefusals>;

/** Each surface's refusals on their way into the decision records; what a rejected credential really was is found out after the answer has left. */
export function createRefusals(core: Core, log: Log) {
  const { decisions } = core;
  const later = createBoundedQueue(MAX_WAITING, (error) =>
    log.warn({ error: String(error) }, 'a refused credential could not be looked at'),
  );

  function learn(requestId: string, look: () => Promise<Learned>): void {
    const taken = later.push(async () => {
      try {
        decisions.addEvidence(requestId, await look());
      } catch (error) {
        decisions.addEvidence(requestId, { evidence: { nearMiss: `not found out: ${String(error)}` } });
        throw error;
      }
    });
    if (!taken) decisions.addEvidence(requestId, { evidence: { nearMiss: 'not looked for: too many refusals at a time' } });
  }

  return {
    client(seen: RefusalSeen): string {
      const { refusal, claim, peer } = seen;
      const requestId = decisions.record({
        refusal,
        surface: seen.surface,
        listener: peer.listener,
        peer: peer.address,
        subjectOfCall: seen.call,
        claimed: claim === null ? {} : { uid: claim.uid, deviceFlag: claim.deviceFlag, deviceId: claim.deviceId },
        facts: {
          ...(claim === null || claim.token === '' ? {} : { presentedFingerprint: core.keyring.fingerprint(claim.token) }),
          ...browserFacts(peer),
        },
        readerUid: claim?.uid ?? null,
        answer: seen.answer,
      });
      if (refusal.code === 'cred.mismatch' && claim !== null) learn(requestId, () => classifyDeviceToken(claim, core));
      return requestId;
    },

    http(seen: HttpRefusalSeen): string {
      const { refusal, caller } = seen;
      const requestId = decisions.record({
        refusal,
        surface: seen.surface,
        listener: 'http',
        peer: caller.address,
        subjectOfCall: `${caller.method} ${caller.path}`,
        claimed: {},
        facts: { ...(seen.uid === null ? {} : { account: seen.uid }), ...headerFacts(caller.headers) },
        readerUid: seen.uid,
        answer: `HTTP ${seen.httpStatus}`,
      });
      const value = refusal.code === 'cred.unknown' ? credentialOf(caller) : null;
      if (value !== null) learn(requestId, () => classifyBearer(value, core));
      return requestId;
    },

    early({ refusal, peer, request, httpStatus }: EarlyRefusalSeen): string {
      return decisions.record({
        refusal,
        surface: 'listen',
        listener: peer.listener,
        peer: peer.address,
        subjectOfCall: request === null ? '' : `${request.method} ${request.path}`,
        claimed: {},
        facts: request === null ? {} : headerFacts(request.headers),
        readerUid: null,
        answer: `HTTP ${httpStatus}`,
      });
    },

    /** Resolves when every refused credential has been looked at. */
    idle: () => later.idle(),

    /** The token that a bot presented was refused as unknown. */
    botToken: (requestId: string, token: string) => learn(requestId, () => classifyBotToken(token, core)),
  };
}

function credentialOf(caller: CredentialedRequest): string | null {
  const presented = extractCredential(caller, true);
  return presented.ok ? presented.value.value : null;
}

/** What the headers of a request tell of who sent it. */
export function headerFacts(headers: IncomingHttpHeaders): Evidence {
  return browserFacts({ origin: headers.origin, userAgent: headers['user-agent'] });
}

function browserFacts({ origin, userAgent }: { readonly origin?: string | undefined; readonly userAgent?: string | undefined }) {
  return { ...(origin === undefined ? {} : { origin }), ...(userAgent === undefined ? {} : { userAgent }) };
}
