import { certain, likely, rule } from '../../../engine/conclude.ts';
import { type Facts, httpOf, noteOf, seenAs, wsOf } from '../../../model/facts.ts';
import type { Rule } from '../../../model/target.ts';
import { isAnswering, placeOf } from '../../../reach/probes.ts';
import { parseUrl } from '../../../tools/redact.ts';
import { pastTheProxy } from '../direct.ts';
import { driverLine, nginxLine, portEdit, siteEdit } from '../edits.ts';
import { frameworkOf, hasFront, isFrontPage } from '../framework.ts';
import { foreignRefusal, handshakeEvidence, handshakeStatus, upgradeArrives, upgradeEvidence } from '../handshake.ts';

const NGINX = 'nginx 1.22';
const NONEBOT = 'NoneBot 2.5.0';
const UPGRADE_LINES = 'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";';

/** What stands between, and whether anything listens at all. */
export const wayRules: readonly Rule[] = [
  {
    ...rule('remote.driver_not_server', NONEBOT, (facts) =>
      isRefused(facts) && noteOf(facts, 'C1')['listens'] === false
        ? certain(['N2', 'C1'], {
            edits: [driverLine],
            detail: {
              zh: `这个项目的 DRIVER 是 ${String(noteOf(facts, 'C1')['driver'])}`,
              en: `DRIVER of this project is ${String(noteOf(facts, 'C1')['driver'])}`,
            },
          })
        : null,
    ),
    explains: ['remote.refused'],
  },
  rule('remote.refused', NONEBOT, (facts) => {
    const { port, host } = noteOf(facts, 'C1');
    if (!isRefused(facts) || typeof port !== 'number' || port === placeOf(facts).port) return null;
    return certain(['N2', 'C1'], {
      edits: [portEdit(facts, port)],
      detail: {
        zh: `这个项目监听的是 ${String(host)} 的 ${port} 端口`,
        en: `this project listens on port ${port} of ${String(host)}`,
      },
    });
  }),
  rule('remote.redirect', NGINX, (facts) => {
    const status = handshakeStatus(facts);
    const bare = wsOf(facts, 'W3');
    const asked = wsOf(facts, 'W4') ?? bare;
    if (!isRedirect(status ?? bare?.status ?? 0)) return null;
    const target = parseUrl(asked?.headers['location'] ?? '', facts.question.url);
    const own = parseUrl(facts.question.url);
    // A missing last slash is a wrong path, and told as that.
    if (target === null || own === null) return certain(handshakeEvidence(facts));
    if (target.host === own.host && target.pathname === `${own.pathname}/`) return null;
    target.protocol = target.protocol.replace(/^http/, 'ws');
    return certain(handshakeEvidence(facts).length > 0 ? handshakeEvidence(facts) : ['W3'], {
      edits: [{ software: '', file: 'url', change: target.href }],
    });
  }),
  rule('remote.ws_lib_missing', `${NONEBOT} (FastAPI, Quart)`, (facts) => {
    const direct = pastTheProxy(facts);
    if (direct !== null && isUpgradeDead(direct)) return certain(upgradeEvidence(direct).map((id) => `${id}d`));
    return isUpgradeDead(facts) && !hasFront(facts) ? certain(upgradeEvidence(facts)) : null;
  }),
  rule('remote.upgrade_lost', NGINX, (facts) => {
    if (upgradeArrives(facts) !== false) return null;
    const direct = pastTheProxy(facts);
    const edits = [nginxLine(UPGRADE_LINES)];
    if (direct !== null && upgradeArrives(direct) === true) return certain([...upgradeEvidence(facts), 'W2d'], { edits });
    if (direct !== null && upgradeArrives(direct) === false) return null;
    return hasFront(facts) ? likely(upgradeEvidence(facts), { edits }) : null;
  }),
  rule('remote.bad_gateway', NGINX, (facts) => {
    const ids = ['W4', 'W4r', 'W3', 'A1'].filter((id) => isGatewayError((wsOf(facts, id) ?? httpOf(facts, id))?.status ?? 0));
    return ids.length > 0 ? certain(ids) : null;
  }),
  rule('remote.front_block', NGINX, (facts) => {
    const foreign = foreignRefusal(facts);
    const evidence = foreign === null && isAllBlocked(facts) ? ['H1', 'W3'] : foreign;
    if (evidence === null) return null;
    const direct = pastTheProxy(facts);
    const beyond = direct !== null && frameworkOf(direct) !== null ? ['H1d'] : [];
    return (beyond.length > 0 ? certain : likely)([...evidence, ...beyond]);
  }),
  rule('remote.other_host', NGINX, (facts) => {
    if (!isOtherSite(facts)) return null;
    const direct = pastTheProxy(facts);
    const beyond = direct !== null && frameworkOf(direct) !== null;
    return (beyond ? certain : likely)(beyond ? ['A1', 'W3', 'H1d'] : ['A1', 'W3'], { edits: [siteEdit(facts)] });
  }),
];

function isRefused(facts: Facts): boolean {
  const tries = seenAs(facts, 'N2', 'tcp')?.tries ?? [];
  return tries.length > 0 && tries.every((one) => one.result === 'refused');
}

/** A program of Python runs without a WebSocket library: it answers handshakes as if they were plain requests. */
function isUpgradeDead(facts: Facts): boolean {
  return upgradeArrives(facts) === false && ['nonebot', 'fastapi', 'quart', 'aiocqhttp'].includes(frameworkOf(facts) ?? '');
}

/** Everything that was asked got the front's own refusal. */
function isAllBlocked(facts: Facts): boolean {
  if (frameworkOf(facts) !== null || !isAnswering(facts)) return false;
  const answers = [httpOf(facts, 'H1'), httpOf(facts, 'A1'), wsOf(facts, 'W3')];
  return answers.every((one) => one !== null && isFrontPage(one) && [401, 403, 429, 451, 503].includes(one.status ?? 0));
}

/** A web server answers with pages of its own, and nothing behind it was seen. */
function isOtherSite(facts: Facts): boolean {
  if (frameworkOf(facts) !== null || !hasFront(facts)) return false;
  const bare = wsOf(facts, 'W3');
  const isPlain = (status: number | null) => status === 200 || status === 404 || status === 405;
  return (
    isFrontPage(httpOf(facts, 'A1')) &&
    isPlain(httpOf(facts, 'A1')?.status ?? null) &&
    isFrontPage(bare) &&
    isPlain(bare?.status ?? null)
  );
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function isGatewayError(status: number): boolean {
  return status === 502 || status === 504;
}
