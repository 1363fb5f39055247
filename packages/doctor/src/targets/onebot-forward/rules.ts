import { certain, likely, rule, warning } from '../../engine/conclude.ts';
import { type Facts, httpOf, seenAs, wsOf } from '../../model/facts.ts';
import type { Rule } from '../../model/target.ts';
import { placeOf } from '../../reach/probes.ts';
import { parseUrl } from '../../tools/redact.ts';
import { tokenEdits } from './edits.ts';
import { connectionId, connectionOf, framesOf, hasToken, isTurnedAway, isWs } from './probes.ts';

const LAB = 'Hufu 0.1; LLOneBot 7, NapCat 4, go-cqhttp 1.2, Lagrange.OneBot by their sources';
const PATHS = ['/', '/api', '/event'] as const;

export const rules: readonly Rule[] = [
  rule('remote.fwd_other_port', LAB, (facts) => {
    const open = Object.entries(facts.seen).find(
      ([id, seen]) => /^N2\.\d+$/.test(id) && seen.kind === 'tcp' && seen.tries.some((one) => one.result === 'ok'),
    );
    if (open === undefined) return null;
    const port = open[0].slice(3);
    const url = parseUrl(facts.question.url);
    if (url === null) return null;
    url.port = port;
    return likely(['N2', open[0]], {
      edits: [{ software: '', file: 'url', change: url.href }],
      detail: { zh: `端口 ${port} 在监听`, en: `port ${port} is open` },
    });
  }),
  {
    ...rule('remote.fwd_direction', 'NoneBot 2.5.0', (facts) => {
      const seen = httpOf(facts, 'D1');
      return seen?.status === 405 && /\bPOST\b/i.test(seen.headers['allow'] ?? '') ? certain(['D1']) : null;
    }),
    // A framework refuses every path but its own, with a token and without: that says nothing of a OneBot program.
    explains: ['remote.fwd_token_required', 'remote.fwd_token_mismatch', 'remote.fwd_not_ws', 'remote.fwd_path_wrong'],
  },
  rule('remote.fwd_not_ws', LAB, (facts) => {
    const status = connectionOf(facts)?.status ?? null;
    if (!isWs(facts) || status === null || ![200, 400, 405].includes(status) || facts.seen['D1'] === undefined) return null;
    return likely([connectionId(facts)], { detail: { zh: '这个端口提供 HTTP 接口', en: 'this port serves the HTTP API' } });
  }),
  rule('remote.fwd_ws_only', LAB, (facts) => {
    const statuses = ['F1', 'F2'].map((id) => httpOf(facts, id)?.status);
    if (!statuses.includes(426)) return null;
    const change = facts.question.url.replace(/^http/, 'ws');
    return certain(['F1'], { edits: [{ software: '', file: 'url', change }] });
  }),
  rule('remote.fwd_path_wrong', LAB, (facts) => {
    const status = isWs(facts) ? (connectionOf(facts)?.status ?? null) : (httpOf(facts, 'F2') ?? httpOf(facts, 'F1'))?.status;
    if (status !== 404) return null;
    const right = PATHS.find((path) => wsOf(facts, `F4${path}`)?.status === 101);
    const evidence = isWs(facts) ? [connectionId(facts), ...(right === undefined ? [] : [`F4${right}`])] : ['F1'];
    if (right === undefined) return isWs(facts) || hasNoOtherCause(facts) ? likely(evidence) : null;
    const url = parseUrl(facts.question.url);
    if (url !== null) url.pathname = right;
    return certain(evidence, { edits: [{ software: '', file: 'url', change: url?.href ?? '' }] });
  }),
  rule('remote.fwd_token_required', LAB, (facts) => {
    if (hasToken(facts)) return null;
    const status = httpOf(facts, 'F1')?.status;
    if (isTurnedAway(facts, 'F3')) return certain(['F3'], { edits: tokenEdits('ws') });
    return status === 401 || status === 403 ? certain(['F1'], { edits: tokenEdits('http') }) : null;
  }),
  {
    ...rule('remote.auth_stripped', LAB, (facts) => {
      // 401 is "none came" in the standard; who tells both apart answers 403 to a wrong one.
      const [bare, withToken] = isWs(facts) ? [wsOf(facts, 'F3'), wsOf(facts, 'F4')] : [httpOf(facts, 'F1'), httpOf(facts, 'F2')];
      const says = /missing|absent|not provided|没有收到|未提供/i.test(withToken?.body ?? '');
      return withToken?.status === 401 && bare?.status === 401 && says ? likely(isWs(facts) ? ['F3', 'F4'] : ['F1', 'F2']) : null;
    }),
    explains: ['remote.fwd_token_mismatch'],
  },
  rule('remote.fwd_token_mismatch', LAB, (facts) => {
    if (!hasToken(facts)) return null;
    // 401 may also mean that the token did not arrive.
    const seen = wsOf(facts, 'F4') ?? httpOf(facts, 'F2');
    const isRefused = isTurnedAway(facts, 'F4') || seen?.status === 401 || seen?.status === 403;
    const evidence = isWs(facts) ? ['F3', 'F4'] : ['F1', 'F2'];
    const edits = tokenEdits(isWs(facts) ? 'ws' : 'http');
    return isRefused ? (seen?.status === 401 ? likely : certain)(evidence, { edits }) : null;
  }),
  rule('remote.fwd_query_ignored', LAB, (facts) => {
    if (facts.question.given['tokenInQuery'] === undefined || wsOf(facts, 'F4')?.status !== 101 || isTurnedAway(facts, 'F4'))
      return null;
    if (facts.seen['F4q'] === undefined) return isTurnedAway(facts, 'F3') ? likely(['F3', 'F4']) : null;
    return isTurnedAway(facts, 'F4q') ? certain(['F4', 'F4q']) : null;
  }),
  rule('remote.fwd_event_only', LAB, (facts) => {
    const seen = connectionOf(facts);
    if (seen?.status !== 101 || !/\/event\/?$/.test(placeOf(facts).path) || isTurnedAway(facts, connectionId(facts))) return null;
    return framesOf(seen.frames).answer?.ok === true ? null : certain([connectionId(facts)], edit(facts, /\/event\/?$/));
  }),
  rule('remote.fwd_api_only', LAB, (facts) => {
    const seen = connectionOf(facts);
    if (seen?.status !== 101 || !/\/api\/?$/.test(placeOf(facts).path) || isTurnedAway(facts, connectionId(facts))) return null;
    const { answer, lifecycle } = framesOf(seen.frames);
    return answer?.ok === true && !lifecycle ? likely([connectionId(facts)], edit(facts, /\/api\/?$/)) : null;
  }),
  rule('remote.fwd_actions_fail', LAB, (facts) => {
    if (!isWs(facts)) {
      const seen = httpOf(facts, 'F2') ?? httpOf(facts, 'F1');
      if (seen?.status !== 200 || !/"status"\s*:\s*"failed"/.test(seen.body)) return null;
      return certain([facts.seen['F2'] === undefined ? 'F1' : 'F2'], {
        detail: { zh: seen.body.slice(0, 120), en: seen.body.slice(0, 120) },
      });
    }
    const seen = connectionOf(facts);
    if (seen?.status !== 101 || /\/event\/?$/.test(placeOf(facts).path) || isTurnedAway(facts, connectionId(facts))) return null;
    const { answer, lifecycle } = framesOf(seen.frames);
    if (answer === null)
      return lifecycle
        ? certain([connectionId(facts)], { detail: { zh: '事件到达，调用没有回答', en: 'events arrive, calls get no answer' } })
        : null;
    return answer.ok
      ? null
      : certain([connectionId(facts)], {
          detail: {
            zh: `get_status 得到 ${answer.retcode} ${answer.text}`,
            en: `get_status got ${answer.retcode} ${answer.text}`,
          },
        });
  }),
  warning('remote.fwd_open', LAB, (facts) => {
    const { answer, lifecycle } = framesOf(wsOf(facts, 'F3')?.frames ?? []);
    const open = wsOf(facts, 'F3')?.status === 101 && !isTurnedAway(facts, 'F3') && (answer?.ok === true || lifecycle);
    const http = httpOf(facts, 'F1')?.status === 200 && /"retcode"\s*:\s*0\b/.test(httpOf(facts, 'F1')?.body ?? '');
    return open ? certain(['F3']) : http ? certain(['F1']) : null;
  }),
  warning('remote.fwd_frame_refusal', LAB, (facts) => {
    const id = connectionId(facts);
    return wsOf(facts, id)?.status === 101 && isTurnedAway(facts, id) ? certain([id]) : null;
  }),
];

function edit(facts: Facts, tail: RegExp) {
  const url = parseUrl(facts.question.url);
  if (url === null) return {};
  url.pathname = url.pathname.replace(tail, '/');
  return { edits: [{ software: '', file: 'url', change: url.href }] };
}

function hasNoOtherCause(facts: Facts): boolean {
  return seenAs(facts, 'D1', 'http')?.status !== 405;
}
