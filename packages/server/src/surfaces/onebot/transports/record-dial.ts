import type { Refusal } from '@hufu/refusals';
import type { BotClient, User } from '../../../domain/model.ts';
import type { OnebotDeps } from '../deps.ts';

export interface Dialled {
  readonly bot: User;
  readonly client: BotClient;
}

/** The address of a reverse client as it may be shown and kept: without its query, which may hold a secret of the peer. */
export function dialledPeer(client: BotClient): string {
  return (client.url ?? '').split(/[?#]/, 1)[0] ?? '';
}

/** Keeps why our own dial failed. Nobody was told: we are the one who asked. */
export function recordDial(deps: Pick<OnebotDeps, 'decisions'>, { bot, client }: Dialled, refusal: Refusal): string {
  const peer = dialledPeer(client);
  return deps.decisions.record({
    refusal,
    peer,
    listener: 'reverse',
    method: 'GET',
    path: URL.parse(peer)?.pathname ?? '',
    botUid: bot.uid,
    client: client.name,
    ownerUid: bot.ownerUid,
    presentedToken: null,
    answer: null,
  });
}
