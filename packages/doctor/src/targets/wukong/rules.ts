import { certain, likely, possible, rule, warning } from '../../engine/conclude.ts';
import { type Facts, httpOf, wsOf } from '../../model/facts.ts';
import type { Edit, Finding, Rule } from '../../model/target.ts';
import { placeOf } from '../../reach/probes.ts';
import { bannerWords } from '../../reach/silence.ts';
import {
  answersHttp,
  apiRefusal,
  askedOf,
  flagOf,
  isForeign,
  isMute,
  isRefused,
  isWrongPort,
  OTHER_FLAGS,
  saysWkProto,
  turnedAway,
  wkOf,
} from './probes.ts';

const V2 = 'recorded WuKongIM 2.2.5, Hufu 0.1';
const FLAG_NAMES: Readonly<Record<number, string>> = { 0: 'APP', 1: 'WEB', 2: 'PC' };

export const rules: readonly Rule[] = [
  rule('remote.wk_port_http', V2, (facts) => {
    if (askedOf(facts) !== 'tcp' || !isWrongPort(facts)) return null;
    const isWebSocket = wsOf(facts, 'W1')?.status === 101;
    const { host, port } = placeOf(facts);
    const change = isWebSocket ? `ws://${host}:${port}` : `tcp://${host}:5100`;
    return certain(isWebSocket ? ['P1', 'W1'] : ['P1'], {
      edits: [{ software: '', file: 'url', change }],
      detail: isWebSocket
        ? {
            zh: '这是 WebSocket 端口：网页 SDK 用它，原生 SDK 用 TCP 端口',
            en: 'this is the WebSocket port: for the web SDK; native SDKs use the TCP port',
          }
        : { zh: '这是 HTTP 端口', en: 'this is an HTTP port' },
    });
  }),
  rule('remote.wk_port_wk', V2, (facts) => {
    if (askedOf(facts) === 'tcp' || !isWrongPort(facts)) return null;
    const { host, port } = placeOf(facts);
    if (askedOf(facts) === 'ws' && answersHttp(facts)) {
      return certain(['P1', 'W1'], {
        edits: [{ software: '', file: 'url', change: `ws://${host}:5200` }],
        detail: { zh: '这个端口只回答 HTTP', en: 'this port answers HTTP only' },
      });
    }
    const other = askedOf(facts) === 'ws' ? `ws://${host}:5200` : `http://${host}:5001`;
    const edits: readonly Edit[] = [{ software: '', file: 'url', change: other }];
    const detail = { zh: `${port} 是 WKProto 的 TCP 端口`, en: `${port} is the TCP port of WKProto` };
    if (saysWkProto(facts)) return certain(['P1'], { edits, detail });
    const away = turnedAway(facts);
    if (away === null) return null;
    if (away === 'answered') return certain(['P1', 'K0'], { edits, detail });
    // WuKongIM lets an HTTP request hang for three seconds; what cuts that off as well may be anything.
    return (httpOf(facts, 'P1')?.error === 'ETIMEDOUT' ? likely : possible)(['P1', 'K0'], { edits, detail });
  }),
  rule('remote.mute', V2, (facts) => {
    if (!isMute(facts)) return null;
    return answersHttp(facts) ? likely(['K0']) : certain(['N2', 'P1', 'K0']);
  }),
  rule('remote.not_http', V2, (facts) => {
    if (!isForeign(facts)) return null;
    const banner = httpOf(facts, 'P1')?.body ?? '';
    return certain(['P1'], banner === '' ? {} : { detail: bannerWords(banner) });
  }),
  rule('remote.wk_manager_token_missing', V2, (facts) => {
    const refusal = apiRefusal(facts);
    return refusal !== null && facts.seen['A1'] === undefined ? certain([refusal], { edits: [managerHeader] }) : null;
  }),
  rule('remote.wk_manager_token_wrong', V2, (facts) =>
    httpOf(facts, 'A1')?.status === 401 ? certain(['A1'], { edits: [managerHeader] }) : null,
  ),
  rule('remote.wk_flag_mismatch', V2, (facts) => {
    const right = OTHER_FLAGS.find((flag) => wkOf(facts, `K4.${flag}`)?.connack?.reasonCode === 1);
    if (right === undefined || acceptsAnybody(facts))
      return /wk\.flag_mismatch/.test(textOf(facts)) ? certain(['K2'], { edits: [issueCall(facts)] }) : null;
    return certain(['K2', `K4.${right}`], {
      detail: {
        zh: `令牌登记在标识 ${right}（${FLAG_NAMES[right] ?? ''}），客户端用 ${flagOf(facts)} 连接`,
        en: `the token is registered for flag ${right} (${FLAG_NAMES[right] ?? ''}), the client connects with ${flagOf(facts)}`,
      },
      edits: [issueCall(facts)],
    });
  }),
  rule('remote.wk_token_required', V2, (facts) =>
    isTokenRefusal(facts) && facts.question.secrets['token'] === undefined ? certain(['K2']) : null,
  ),
  rule('remote.wk_token_refused', V2, (facts) => {
    if (!isTokenRefusal(facts) || facts.question.secrets['token'] === undefined || /flag_mismatch/.test(textOf(facts)))
      return null;
    if (isOfAnotherFlag(facts)) return null;
    const requestId = /req=(hr_\w+)/.exec(textOf(facts))?.[1];
    const finding: Finding = certain(['K2', ...OTHER_FLAGS.map((flag) => `K4.${flag}`).filter((id) => id in facts.seen)], {
      edits: [issueCall(facts)],
    });
    return requestId === undefined
      ? finding
      : {
          ...finding,
          detail: {
            zh: `这是 Hufu：hufu explain ${requestId} 说明确切原因`,
            en: `this is a Hufu: hufu explain ${requestId} names the exact cause`,
          },
        };
  }),
  // The real v2.2.5 answers a refused CONNECT with silence and closes after four to six seconds.
  warning('remote.wk_silent', V2, (facts) => {
    const seen = wkOf(facts, 'K2');
    return isRefused(facts) && seen?.connack === null && seen.strangeBytes === '' ? certain(['K2']) : null;
  }),
  rule('remote.wk_banned', V2, (facts) => (wkOf(facts, 'K2')?.connack?.reasonCode === 19 ? certain(['K2']) : null)),
  rule('remote.wk_server_error', V2, (facts) =>
    [14, 15, 22].includes(wkOf(facts, 'K2')?.connack?.reasonCode ?? 0) ? certain(['K2']) : null,
  ),
  warning('remote.wk_auth_off', V2, (facts) => (acceptsAnybody(facts) ? certain(['K5']) : null)),
  warning('remote.wk_api_open', V2, (facts) => (httpOf(facts, 'A2')?.status === 200 ? certain(['P1', 'A2']) : null)),
];

/** A random uid with a random token gets in. */
function acceptsAnybody(facts: Facts): boolean {
  return wkOf(facts, 'K5')?.connack?.reasonCode === 1;
}

/** The same token gets in with another flag. */
export function isOfAnotherFlag(facts: Facts): boolean {
  return OTHER_FLAGS.some((flag) => wkOf(facts, `K4.${flag}`)?.connack?.reasonCode === 1);
}

/** Reason 2, or v2's silence while nobody else gets in either. */
function isTokenRefusal(facts: Facts): boolean {
  const seen = wkOf(facts, 'K2');
  if (!isRefused(facts) || seen === null || acceptsAnybody(facts)) return false;
  return seen.connack === null ? seen.strangeBytes === '' : seen.connack.reasonCode === 2;
}

function textOf(facts: Facts): string {
  return wkOf(facts, 'K2')?.connack?.text ?? '';
}

function issueCall(facts: Facts): Edit {
  const body = JSON.stringify({
    uid: facts.question.given['uid'],
    token: '‹token›',
    device_flag: flagOf(facts),
    device_level: 1,
  });
  return {
    software: 'WuKongIM',
    file: 'POST /user/token',
    change: `curl -X POST http://${placeOf(facts).host}:5001/user/token -H 'token: ‹managerToken›' -d '${body}'`,
  };
}

const managerHeader: Edit = { software: 'WuKongIM', file: 'HTTP header', change: 'token: ‹managerToken›' };
