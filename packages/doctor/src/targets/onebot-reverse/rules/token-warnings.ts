import { certain, likely, warning } from '../../../engine/conclude.ts';
import { type Facts, noteOf, wsOf } from '../../../model/facts.ts';
import type { Rule } from '../../../model/target.ts';
import { tokenEdits, tokenLine } from '../edits.ts';
import { frameworkOf, isWerkzeugPage } from '../framework.ts';
import { ownHandshake, upgradeArrives, works } from '../handshake.ts';
import { hasToken } from '../send.ts';
import { relation } from '../token-facts.ts';

const NONEBOT = 'NoneBot 2.5.0, adapter-onebot 2.4.6';

/** The connection works, and so does that of anybody else. */
export const tokenWarnings: readonly Rule[] = [
  warning('remote.token_unset', NONEBOT, (facts) => {
    if (wsOf(facts, 'W5')?.status === 101) return certain(['W5'], { edits: tokenEdits(facts) });
    if (works(facts) && !hasToken(facts) && frameworkOf(facts) !== 'koishi') return certain(['W4'], { edits: tokenEdits(facts) });
    if (checksNone(facts)) return likely(['W3'], { edits: tokenEdits(facts) });
    // A variable of the environment may set what no file does: the word of a handshake counts more.
    return relation(facts) === 'unset' && ownHandshake(facts) === null ? likely(['C1'], { edits: [tokenLine] }) : null;
  }),
  warning('remote.token_key_misnamed', NONEBOT, (facts) => {
    const key = noteOf(facts, 'C1')['misnamedKey'];
    if (typeof key !== 'string' || key === '') return null;
    return certain(['C1'], {
      edits: [tokenLine],
      detail: { zh: `.env 里写的是 ${key}`, en: `.env has ${key}` },
    });
  }),
  warning('remote.token_unchecked', 'Koishi 4.18.11, adapter-onebot 6.9.4', (facts) =>
    frameworkOf(facts) === 'koishi' && hasToken(facts) ? likely(['W3']) : null,
  ),
];

/** aiocqhttp asks for the token first: a handshake without one got past that, to the missing role. */
function checksNone(facts: Facts): boolean {
  const bare = wsOf(facts, 'W3');
  const isPast = bare?.status === 400 && isWerkzeugPage(bare);
  return frameworkOf(facts) === 'aiocqhttp' && isPast && upgradeArrives(facts) === true;
}
