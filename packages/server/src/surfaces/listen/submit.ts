import type { Refusal } from '@hufu/refusals';
import { storedChannelId } from '../../domain/channels/channel-id.ts';
import { type SendCommand, type Sent, sendMessage } from '../../domain/messages/send-message.ts';
import type { User } from '../../domain/model.ts';
import { type Outcome, refusalOf } from '../../kernel/outcome.ts';
import type { ClientSurfaceDeps } from './client-deps.ts';
import type { Intake } from './intake.ts';

/** The live connection that sends. */
export interface Speaker {
  readonly u: number;
  readonly connectionId: string;
  readonly intake: Pick<Intake<never>, 'began' | 'settled'>;
}

/** A SEND in the domain's words, whatever wire it came on. */
export type SendWords = Omit<SendCommand, 'sender' | 'origin' | 'asSystem'>;

/**
 * Hands a client's message to the domain as the account is now, and its outcome to `answer`. The promise, when there is one, is for the intake: the account or
 * the channel is read first, and what follows on this connection must not overtake the message.
 */
export function submitSend(
  deps: Pick<ClientSurfaceDeps, 'send'>,
  speaker: Speaker,
  words: SendWords,
  answer: (outcome: Outcome<Sent>) => void,
): Promise<void> | undefined {
  const sender = deps.send.users.peekInt(speaker.u);
  const sent = sender === undefined ? sendAfterLookup(deps, speaker, words) : send(deps, speaker, words, sender);
  const bytes = words.payload.byteLength;
  speaker.intake.began(bytes);
  const settle = (outcome: Outcome<Sent>): void => {
    answer(outcome);
    speaker.intake.settled(bytes);
  };
  const done = sent.then(settle, (error: unknown) => settle(fault(error)));
  return sender === undefined || isCold(deps, words, sender) ? done : undefined;
}

function send(deps: Pick<ClientSurfaceDeps, 'send'>, speaker: Speaker, words: SendWords, sender: User): Promise<Outcome<Sent>> {
  return sendMessage(deps.send, { ...words, sender, origin: speaker.connectionId });
}

/** The account of a connection that was silent for long may have left the cache. */
async function sendAfterLookup(
  deps: Pick<ClientSurfaceDeps, 'send'>,
  speaker: Speaker,
  words: SendWords,
): Promise<Outcome<Sent>> {
  const sender = await deps.send.users.getInt(speaker.u);
  return sender === null ? fault('the account of a live connection does not exist') : send(deps, speaker, words, sender);
}

function isCold(deps: Pick<ClientSurfaceDeps, 'send'>, words: SendWords, sender: User): boolean {
  const stored = storedChannelId({ ...words, sender });
  return stored.ok && deps.send.channels.peek(words.channelType, stored.value) === undefined;
}

function fault(error: unknown): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: refusalOf(error) };
}
