import { certain, likely, possible, rule } from '../../../engine/conclude.ts';
import { wsOf } from '../../../model/facts.ts';
import type { Rule } from '../../../model/target.ts';
import type { Text } from '../../../model/text.ts';
import { placeOf } from '../../../reach/probes.ts';
import { koishiPlugin, nginxLine, pathEdits, selfIdEdit } from '../edits.ts';
import { frameworkOf } from '../framework.ts';
import { closeMet, handshakeEvidence, handshakeStatus, ownHandshake, upgradeArrives } from '../handshake.ts';
import { defaultPath, isPathRight, rightPath } from '../path.ts';

const KOISHI = 'Koishi 4.18.11, adapter-onebot 6.9.4';
const AIOCQHTTP = 'aiocqhttp 1.4.4, Quart 0.22, Hypercorn 0.18';
const ROLE_LINE = nginxLine('proxy_set_header X-Client-Role $http_x_client_role;');
const ID_LINE = nginxLine('proxy_set_header X-Self-ID $http_x_self_id;');

/** Koishi, aiocqhttp, and programs that are not known but speak plainly. */
export const otherRules: readonly Rule[] = [
  rule('remote.path_wrong', `${KOISHI}; ${AIOCQHTTP}`, (facts) => {
    const framework = frameworkOf(facts);
    if ((framework !== 'koishi' && framework !== 'aiocqhttp') || isPathRight(facts)) return null;
    const path = rightPath(facts);
    if (path !== null) return certain(['W3', 'W3k'], { edits: pathEdits(facts, path) });
    return framework === 'aiocqhttp' ? certain(['W3'], { edits: pathEdits(facts, defaultPath(facts) ?? '/ws') }) : null;
  }),
  rule('remote.path_wrong', AIOCQHTTP, (facts) =>
    frameworkOf(facts) === null && handshakeStatus(facts) === 404 ? likely(handshakeEvidence(facts)) : null,
  ),
  // Accepted and dropped without a word at our path and at the adapter's own: it is not there.
  rule('remote.koishi_no_adapter', KOISHI, (facts) => {
    if (frameworkOf(facts) !== 'koishi' || isPathRight(facts) || rightPath(facts) !== null) return null;
    const evidence = wsOf(facts, 'W3k') === null ? ['W2', 'W3'] : ['W3', 'W3k'];
    return likely(evidence, {
      edits: [{ ...koishiPlugin, change: koishiPlugin.change.replace('/onebot', placeOf(facts).path) }],
    });
  }),
  rule('remote.self_id_unknown', KOISHI, (facts) => {
    if (frameworkOf(facts) !== 'koishi') return null;
    const isNamed = facts.question.given['selfId'] !== undefined;
    const isOpen = isPathRight(facts) && ownHandshake(facts) === null && handshakeStatus(facts) === null;
    if (isOpen) return possible(['W3'], { edits: [selfIdEdit(facts)] });
    if (!/invalid x-self-id/.test(closeMet(facts)?.reason ?? '')) return null;
    return (isNamed ? certain : possible)(handshakeEvidence(facts), { edits: [selfIdEdit(facts)] });
  }),
  rule('remote.role_header', `${KOISHI}; ${AIOCQHTTP}`, (facts) => {
    const own = ownHandshake(facts);
    const { role } = facts.question.given;
    const isUniversal = role === undefined || role === 'Universal';
    if (/invalid x-client-role/.test(closeMet(facts)?.reason ?? ''))
      return certain(handshakeEvidence(facts), isUniversal ? { edits: [ROLE_LINE], detail: LOST } : { detail: sentRole(role) });
    if (frameworkOf(facts) !== 'aiocqhttp' || own?.status !== 400 || upgradeArrives(facts) === false) return null;
    if (role === 'none') return certain(handshakeEvidence(facts), { detail: sentRole(role) });
    return wsOf(facts, 'W6')?.status === 400
      ? certain([...handshakeEvidence(facts), 'W6'], { edits: [ROLE_LINE], detail: LOST })
      : null;
  }),
  rule('remote.self_id_missing', `${KOISHI}; ${AIOCQHTTP}`, (facts) => {
    const own = ownHandshake(facts);
    const isPast = (wsOf(facts, 'W6')?.status ?? 0) >= 500;
    if (frameworkOf(facts) === 'aiocqhttp' && own?.status === 400 && isPast)
      return certain([...handshakeEvidence(facts), 'W6'], { edits: [ID_LINE] });
    if (frameworkOf(facts) !== 'koishi' || own?.close?.code !== 1006) return null;
    return likely(handshakeEvidence(facts), {
      edits: [ID_LINE],
      detail: {
        zh: 'Koishi 4 收到没有 X-Self-ID 的握手时会崩溃退出',
        en: 'Koishi 4 ends when a handshake without X-Self-ID reaches it',
      },
    });
  }),
  rule('remote.soft_refusal', 'Shiro, from its documentation', (facts) => {
    const close = closeMet(facts);
    if (close === null || close.code === 1006 || frameworkOf(facts) === 'koishi') return null;
    return certain(handshakeEvidence(facts), {
      detail: { zh: `对方以 ${close.code} “${close.reason}” 关闭`, en: `it closed with ${close.code} "${close.reason}"` },
    });
  }),
];

const LOST: Text = {
  zh: '请求头已发送，但没有送达：中间的设备去掉了它',
  en: 'the header was sent and did not arrive: something in between removes it',
};

function sentRole(role: string | number | boolean | undefined): Text {
  return role === 'none'
    ? { zh: '没有发送 X-Client-Role', en: 'no X-Client-Role was sent' }
    : { zh: `发送的是 ${String(role)}`, en: `${String(role)} was sent` };
}
