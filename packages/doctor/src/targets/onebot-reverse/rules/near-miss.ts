import { certain, likely } from '../../../engine/conclude.ts';
import { type Facts, noteOf, wsOf } from '../../../model/facts.ts';
import type { Finding } from '../../../model/target.ts';
import type { Text } from '../../../model/text.ts';
import { tokenEdits } from '../edits.ts';
import { isAccepted } from '../handshake.ts';
import type { TokenRefusal } from '../token-facts.ts';
import type { NearMiss } from '../token-forms.ts';

/** The same token but for what a person does not see: told by the project's file, or by a variant that was accepted. */
export function nearMissOf(facts: Facts, { confidence, evidence }: TokenRefusal): Finding | null {
  const index = ['V1', 'V2', 'V3'].findIndex((id) => isAccepted(wsOf(facts, id)));
  const tried = (['blanks', 'quotes', 'percent'] as const)[index];
  if (tried !== undefined) return certain([...evidence, `V${index + 1}`], { detail: words(tried, GIVEN) });
  const { token, carriedBy } = noteOf(facts, 'C1');
  if (!isNearMiss(token)) return null;
  return {
    confidence: confidence === 'possible' ? 'likely' : confidence,
    evidence: [...evidence, 'C1'],
    detail: words(token, carriedBy === 'project' ? PROJECT : GIVEN),
    ...(carriedBy === 'project' ? { edits: tokenEdits(facts).slice(0, 1) } : {}),
  };
}

export function unsendableFinding(facts: Facts): Finding {
  const isQuoted = noteOf(facts, 'T1')['quotes'] === true;
  return likely(['T1', 'W4'], {
    detail: isQuoted
      ? words('quotes', GIVEN)
      : {
          zh: '给出的令牌里有换行或中文字符，任何程序都无法把它放进请求头',
          en: 'the given token holds a line break or a letter that no program can send in a header',
        },
  });
}

function isNearMiss(token: unknown): token is NearMiss {
  return token === 'blanks' || token === 'quotes' || token === 'percent' || token === 'scheme';
}

const GIVEN: Text = { zh: '给出的令牌（拨号的一端）', en: 'the token you gave (of the end that dials)' };
const PROJECT: Text = { zh: '项目 .env 里的令牌', en: 'the token in .env of the project' };

function words(kind: NearMiss, at: Text): Text {
  const zh = { blanks: '首尾多了空白', quotes: '多了引号', percent: '是百分号编码的', scheme: '前面多写了 Bearer 或 Token' };
  const en = {
    blanks: 'has blanks around it',
    quotes: 'has quotes around it',
    percent: 'is percent-encoded',
    scheme: 'has the word Bearer or Token before it',
  };
  return { zh: `${at.zh}${zh[kind]}`, en: `${at.en} ${en[kind]}` };
}
