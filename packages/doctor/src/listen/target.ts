import { certain, likely, rule, warning } from '../engine/conclude.ts';
import { type Facts, noteOf, wsOf } from '../model/facts.ts';
import type { Rule, Statement, Target } from '../model/target.ts';

const HUFU = 'Hufu 0.1, NapCat and LLOneBot by their sources';
const NEAR = ['blanks', 'quotes', 'percent-encoded', 'scheme twice', 'case'];

const rules: readonly Rule[] = [
  rule('remote.tls_mismatch', HUFU, (facts) =>
    noteOf(facts, 'first')['protocol'] === 'tls'
      ? certain(['first'], {
          detail: {
            zh: '对方拨的是 wss:// 或 https://，而这里不用 TLS：在对方的地址里写 ws://',
            en: 'the other end dials wss:// or https://, and there is no TLS here: write ws:// in its address',
          },
        })
      : null,
  ),
  rule('remote.not_http', HUFU, (facts) => {
    const protocol = noteOf(facts, 'first')['protocol'];
    return protocol === 'wkproto' || protocol === 'other' ? certain(['first']) : null;
  }),
  rule('http.upgrade_missing', HUFU, (facts) =>
    isBrowser(facts)
      ? certain(['call'], {
          detail: {
            zh: '来的是浏览器：这个地址要填在 OneBot 程序里，不用打开',
            en: 'a browser came: enter this address in the OneBot program, there is no page to open',
          },
        })
      : null,
  ),
  rule('http.upgrade_missing', HUFU, (facts) =>
    noteOf(facts, 'call')['upgrade'] === false && !isBrowser(facts) && facts.seen['content-type'] === undefined
      ? likely(['call'])
      : null,
  ),
  rule('cred.missing', HUFU, (facts) =>
    isOnebot(facts) && facts.seen['authorization'] === undefined && expectsToken(facts) ? certain(['call']) : null,
  ),
  rule('cred.malformed', HUFU, (facts) => {
    const { scheme, empty } = noteOf(facts, 'authorization');
    if (scheme === undefined || scheme === 'query') return null;
    const isKnown = /^(bearer|token)$/i.test(String(scheme));
    if (empty === true)
      return certain(['authorization'], {
        detail: { zh: `${String(scheme)} 后面没有令牌`, en: `nothing follows ${String(scheme)}` },
      });
    return isKnown
      ? null
      : likely(['authorization'], {
          detail: { zh: '没有 Bearer 前缀，NoneBot 会拒绝', en: 'no Bearer before the token; NoneBot refuses that' },
        });
  }),
  rule('cred.wrong_place', HUFU, (facts) =>
    noteOf(facts, 'authorization')['scheme'] === 'query' ? likely(['authorization']) : null,
  ),
  rule('cred.near_miss', HUFU, (facts) => {
    const relation = String(noteOf(facts, 'authorization')['relation'] ?? '');
    return NEAR.includes(relation)
      ? certain(['authorization'], { detail: { zh: `差别：${relation}`, en: `they differ by: ${relation}` } })
      : null;
  }),
  rule('cred.mismatch', HUFU, (facts) =>
    noteOf(facts, 'authorization')['relation'] === 'differs' ? certain(['authorization']) : null,
  ),
  rule('remote.self_id_missing', HUFU, (facts) =>
    isOnebot(facts) && facts.seen['x-self-id'] === undefined
      ? certain(['call'], {
          detail: {
            zh: '这个连接没有 X-Self-ID：对方没有发送，或被中间的代理去掉',
            en: 'there is no X-Self-ID: the other end did not send it, or something in between took it away',
          },
        })
      : null,
  ),
  rule('remote.role_header', HUFU, (facts) => {
    const role = noteOf(facts, 'x-client-role')['value'];
    if (noteOf(facts, 'call')['upgrade'] !== true || role === 'Universal') return null;
    const what =
      role === undefined
        ? { zh: '没有 X-Client-Role', en: 'there is no X-Client-Role' }
        : { zh: `角色是 ${String(role)}`, en: `the role is ${String(role)}` };
    return likely([role === undefined ? 'call' : 'x-client-role'], { detail: what });
  }),
  rule('remote.signature_missing', HUFU, (facts) =>
    noteOf(facts, 'signature')['relation'] === 'absent' ? certain(['signature']) : null,
  ),
  rule('remote.signature_mismatch', HUFU, (facts) => {
    const relation = noteOf(facts, 'signature')['relation'];
    if (relation === 'upper case')
      return certain(['signature'], { detail: { zh: '十六进制要小写', en: 'its hex digits must be lower case' } });
    return relation === 'differs' ? certain(['signature']) : null;
  }),
  warning('remote.front_seen', HUFU, (facts) =>
    facts.seen['via'] !== undefined || facts.seen['x-forwarded-for'] !== undefined
      ? certain(['via', 'x-forwarded-for'].filter((id) => id in facts.seen))
      : null,
  ),
];

const settled: readonly Statement[] = [
  {
    says: { zh: '连接到达了', en: 'a connection arrived' },
    when: (facts) => facts.seen['first'] !== undefined && !isQuiet(facts),
  },
  {
    says: { zh: '是 WebSocket 握手', en: 'it is a WebSocket handshake' },
    when: (facts) => noteOf(facts, 'call')['upgrade'] === true,
  },
  {
    says: { zh: '令牌一致', en: 'the token is the given one' },
    when: (facts) => noteOf(facts, 'authorization')['relation'] === 'equal',
  },
  { says: { zh: '签名正确', en: 'the signature is right' }, when: (facts) => noteOf(facts, 'signature')['relation'] === 'equal' },
  {
    says: { zh: '首帧是 lifecycle', en: 'its first frame is the lifecycle event' },
    when: (facts) => /"meta_event_type"\s*:\s*"lifecycle"/.test(wsOf(facts, 'frames')?.frames[0] ?? ''),
  },
];

/** A connection that came to us: what it brought, header by header. */
export const incoming: Target = {
  name: 'incoming',
  says: { zh: '打进来的连接', en: 'a connection that came in' },
  fits: () => 0,
  probes: [],
  rules,
  settled,
  open: [
    {
      says: {
        zh: '没有给出令牌，所以没有比较：用 --token-env 给出',
        en: 'no token was given, so none was compared: give it with --token-env',
      },
      when: (facts) => facts.seen['authorization'] !== undefined && !expectsToken(facts),
    },
    {
      says: {
        zh: '有程序连上来却什么也没发：健康检查、端口扫描，或一个等服务器先开口的程序',
        en: 'somebody connected and said nothing: a health check, a port scanner, or a program that waits for the server to speak first',
      },
      when: isQuiet,
    },
  ],
  fallback: (facts) => (facts.seen['first'] === undefined || isQuiet(facts) ? 'remote.nobody_came' : null),
};

function isOnebot(facts: Facts): boolean {
  return facts.seen['call'] !== undefined && !isBrowser(facts);
}

function isBrowser(facts: Facts): boolean {
  return noteOf(facts, 'call')['browser'] === true;
}

/** Connected, and no byte came. */
function isQuiet(facts: Facts): boolean {
  return noteOf(facts, 'first')['protocol'] === 'nothing';
}

function expectsToken(facts: Facts): boolean {
  return facts.question.secrets['token'] !== undefined;
}
