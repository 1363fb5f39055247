import { diagnose, fingerprint, type Report, showUrl, targetNamed } from '@hufu/doctor';
import type { DiagnosisTarget, Verdict } from '../surfaces/onebot/index.ts';

/** Asks the doctor why our own dial was refused: harmless probes only, to the addresses that were resolved and allowed before. */
export async function diagnoseDial(dialled: DiagnosisTarget): Promise<Verdict> {
  const target = targetNamed('onebot-reverse');
  if (target === null) throw new Error('the doctor does not know onebot-reverse');
  const { token, observed, droppedMsAgo, addresses } = dialled;
  const { report } = await diagnose({
    target,
    question: {
      target: target.name,
      url: showUrl(dialled.url),
      active: false,
      secrets: token === undefined ? {} : { token: fingerprint(token) },
      given: {
        selfId: dialled.selfId,
        clockMs: Date.now(),
        saw: observed.status,
        ...(observed.server === undefined ? {} : { sawServer: observed.server }),
        ...(observed.bodyBytes === undefined ? {} : { sawBodyBytes: observed.bodyBytes }),
        ...(observed.close === undefined ? {} : { sawCloseCode: observed.close.code, sawCloseReason: observed.close.reason }),
        ...(droppedMsAgo === null ? {} : { droppedMsAgo }),
      },
    },
    secrets: {},
    totalMs: dialled.timeoutMs,
    known: { N1: { kind: 'dns', request: `resolve ${new URL(dialled.url).hostname}`, addresses, error: null, ms: 0 } },
  });
  return verdictOf(report, observed.close === undefined ? 'remote.unknown_403' : 'remote.soft_refusal');
}

/** `otherwise`: what is known without the doctor. */
function verdictOf(report: Report, otherwise: Verdict['code']): Verdict {
  const [first] = report.causes;
  const change = first?.code === 'remote.path_wrong' ? first.edits[0]?.change : undefined;
  return {
    code: first?.code ?? otherwise,
    confidence: first?.confidence ?? 'possible',
    evidence: report.evidence,
    ...(change === undefined ? {} : { rightPath: new URL(change).pathname }),
  };
}
