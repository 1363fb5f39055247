import type { BotClient, User } from '../../../domain/model.ts';
import type { ClientStates } from '../client-states.ts';
import type { OnebotDeps } from '../deps.ts';
import { recordDial } from './record-dial.ts';

/** Whether two reverse clients would dial the same place. */
export function isSameUrl(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && URL.parse(a)?.href === URL.parse(b)?.href);
}

export interface Twins {
  readonly deps: OnebotDeps;
  readonly states: ClientStates;
  readonly bot: User;
  readonly client: BotClient;
  /** The one that is dialled already. */
  readonly twin: BotClient;
}

/** Two connections of one bot to one address would throw each other out for ever: the second is never dialled. */
export function refuseTwin({ deps, states, bot, client, twin }: Twins): void {
  const refusal = {
    code: 'config.invalid',
    evidence: { reason: 'another client of this bot has the same address', otherClient: twin.name },
  } as const;
  const requestId = recordDial(deps, { bot, client }, refusal);
  const text = { zh: '同一个机器人已有客户端使用这个地址', en: 'Another client of this bot has the same address.' };
  states.set(client.id, { state: 'refused', since: deps.now(), refusal: { code: refusal.code, requestId, text } });
}
