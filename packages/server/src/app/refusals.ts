import type { Refusal } from '@hufu/refusals';
import { classifyDeviceToken } from '../policy/credentials/near-miss.ts';
import type { RefusalSeen } from '../surfaces/listen/client-deps.ts';
import type { Peer } from '../surfaces/listen/peer.ts';
import type { Caller } from '../surfaces/wukong-http/index.ts';
import type { Core } from './compose.ts';

const MAX_WAITING = 1000;

/** Each surface's refusals on their way into the decision records; what a rejected token really was is found out after the answer has left. */
export function createRefusals(core: Core) {
  let waiting = 0;

  function nearMiss(requestId: string, claim: { uid: string; token: string; deviceFlag: number }): void {
    if (waiting >= MAX_WAITING || claim.token === '') return;
    waiting += 1;
    const ports = {
      directory: core.directory,
      keyring: core.keyring,
      adminSecret: core.adminSecret,
      isBotToken: (value: string) => core.botClients.isBotToken(value),
    };
    void classifyDeviceToken(claim, ports)
      .then((found) => core.decisions.addEvidence(requestId, found.evidence, found.code))
      .catch((error: unknown) => core.decisions.addEvidence(requestId, { nearMissFailed: String(error) }))
      .finally(() => {
        waiting -= 1;
      });
  }

  return {
    client(seen: RefusalSeen): string {
      const { refusal, claim } = seen;
      const requestId = core.decisions.record({
        refusal,
        surface: seen.surface,
        listener: seen.peer.listener,
        peer: seen.peer.address,
        subjectOfCall: seen.answer.startsWith('SENDACK') ? 'SEND' : 'CONNECT',
        claimed: claim === null ? {} : { uid: claim.uid, deviceFlag: claim.deviceFlag, deviceId: claim.deviceId },
        readerUid: claim?.uid ?? null,
        answer: seen.answer,
      });
      if (refusal.code === 'cred.mismatch' && claim !== null) nearMiss(requestId, claim);
      return requestId;
    },

    http(refusal: Refusal, caller: Caller, surface: string, uid: string | null): string {
      const subjectOfCall = `${caller.method} ${caller.path}`.slice(0, 300);
      return core.decisions.record({
        refusal,
        surface,
        listener: 'http',
        peer: caller.address,
        subjectOfCall,
        claimed: {},
        readerUid: uid,
        answer: 'HTTP',
      });
    },

    early(refusal: Refusal, peer: Peer, method: string, path: string): string {
      const subjectOfCall = `${method} ${path}`.slice(0, 300);
      return core.decisions.record({
        refusal,
        surface: 'listen',
        listener: peer.listener,
        peer: peer.address,
        subjectOfCall,
        claimed: {},
        readerUid: null,
        answer: 'HTTP',
      });
    },
  };
}
