import { type Facts, seenAs } from '../model/facts.ts';
import type { Probe, Statement, Target } from '../model/target.ts';

/** Secrets may travel: there are none, or whoever answers has proven its name, or no proof was asked for, or the person said so. */
function maySendSecrets(facts: Facts): boolean {
  const { question } = facts;
  const tls = seenAs(facts, 'N3', 'tls');
  return (
    Object.keys(question.secrets).length === 0 || question.given['insecure'] === true || (tls?.certificateError ?? null) === null
  );
}

/** What may run as far as the person and their secrets are concerned. */
export function isAllowed(probe: Probe, facts: Facts): boolean {
  return isAsked(probe, facts) && (probe.secret !== true || maySendSecrets(facts));
}

function isAsked(probe: Probe, facts: Facts): boolean {
  return probe.active !== true || facts.question.active;
}

/** Said when a probe was left out for that reason alone. */
export function withheld(target: Target): Statement {
  return {
    says: {
      zh: '没有把令牌、密码或密钥发给证书不可信的服务器；修好证书后再试，或加 --insecure',
      en: 'no token, password or key was sent to a server whose certificate is not trusted; repair it first, or add --insecure',
    },
    when: (facts) =>
      !maySendSecrets(facts) &&
      target.probes.some(
        (probe) => probe.secret === true && isAsked(probe, facts) && facts.seen[probe.id] === undefined && probe.when(facts),
      ),
  };
}
