import type { BotClientView } from '@hufu/client';

/** Whether the server would dial if it were asked to. */
export function mayDial({ kind, state }: BotClientView): boolean {
  return kind === 'reverse' && state !== 'connected' && state !== 'disabled';
}

/** What keeps a program away; a program that does not run yet is nobody's mistake. */
export function whyOf(client: BotClientView): { readonly refusal: BotClientView['refusal']; readonly isMistake: boolean } {
  const refusal = client.state === 'connected' ? null : client.refusal;
  return { refusal, isMistake: refusal !== null && refusal.code !== 'remote.refused' };
}
