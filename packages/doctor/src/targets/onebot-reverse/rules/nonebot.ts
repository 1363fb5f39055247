import { certain, likely, possible, rule } from '../../../engine/conclude.ts';
import { type Facts, httpOf, noteOf, wsOf } from '../../../model/facts.ts';
import type { Finding, Rule } from '../../../model/target.ts';
import type { Text } from '../../../model/text.ts';
import { nginxLine, pathEdits, registration } from '../edits.ts';
import { frameworkOf } from '../framework.ts';
import { handshakeEvidence, handshakeStatus, isSelfIdLost } from '../handshake.ts';
import { adapterEvidence, isAdapterThere, isV12There } from '../nonebot.ts';
import { isPathRight, rightPath } from '../path.ts';
import { adapterRefusal, isUndecided } from '../token-facts.ts';

const NONEBOT = 'NoneBot 2.5.0, adapter-onebot 2.4.6 (FastAPI, Quart)';
/** uvicorn finds a dead peer after at most 40 s. */
const HELD_MS = 60_000;

export const nonebotRules: readonly Rule[] = [
  rule('remote.adapter_wrong_version', NONEBOT, (facts) =>
    isBareGround(facts) && isV12There(facts)
      ? certain(['A1', 'A3'], withProject(facts, 'v12', { zh: 'bot.py 只注册了 V12', en: 'bot.py registers V12 only' }))
      : null,
  ),
  rule('remote.adapter_unregistered', NONEBOT, (facts) => {
    if (!isBareGround(facts) || isV12There(facts) || httpOf(facts, 'A1')?.status !== 404) return null;
    const more = withProject(facts, 'none', { zh: 'bot.py 里没有 register_adapter', en: 'bot.py has no register_adapter' });
    // Quart's page is also that of other programs, on Quart and on Flask.
    const isFastApi = httpOf(facts, 'A1')?.body.includes('{"detail":"Not Found"}') === true;
    const finding = isFastApi || noteOf(facts, 'C1')['adapter'] === 'none' ? certain : likely;
    return finding(['A1', 'A2'], more);
  }),
  rule('remote.path_wrong', NONEBOT, (facts) => {
    const path = rightPath(facts);
    if (!isAdapterThere(facts) || isPathRight(facts) || path === null) return null;
    return certain(adapterEvidence(facts), { edits: pathEdits(facts, path) });
  }),
  rule('remote.self_id_missing', 'nginx 1.22', (facts) =>
    isSelfIdLost(facts) ? certain(['A4'], { edits: [nginxLine('proxy_set_header X-Self-ID $http_x_self_id;')] }) : null,
  ),
  rule('remote.self_id_duplicate', NONEBOT, (facts) => {
    if (wsOf(facts, 'W4b')?.status === 101 && handshakeStatus(facts) === 403)
      return certain([...handshakeEvidence(facts), 'W4b']);
    const dropped = facts.question.given['droppedMsAgo'];
    const isHeld = typeof dropped === 'number' && dropped < HELD_MS;
    if (isHeld && wsOf(facts, 'W4b') === null && adapterRefusal(facts) !== null) return likely(handshakeEvidence(facts));
    return isUndecided(facts) ? possible(adapterEvidence(facts)) : null;
  }),
];

/** The ground that NoneBot stands on answers, and no V11 adapter does. */
function isBareGround(facts: Facts): boolean {
  const framework = frameworkOf(facts);
  return framework === 'fastapi' || framework === 'quart';
}

function withProject(facts: Facts, adapter: string, detail: Text): Omit<Finding, 'confidence' | 'evidence'> {
  const own = noteOf(facts, 'C1')['adapter'];
  if (own === adapter) return { edits: [registration], detail };
  if (own !== 'v11') return { edits: [registration] };
  return {
    detail: {
      zh: '这个项目注册了 V11 适配器：在这里回答的是另一个程序，或是修改之前启动的进程，重启后再试',
      en: 'this project does register the V11 adapter: another program answers here, or one that was started before the change; restart it',
    },
  };
}
