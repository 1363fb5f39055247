import type { SendFrame } from '@hufu/protocol/wkproto';
import type { Sent } from '../../domain/messages/send-message.ts';
import { messageFlags } from '../../domain/model.ts';
import { type Outcome, refuse } from '../../kernel/outcome.ts';
import { submitSend } from '../listen/submit.ts';
import type { WkConnection } from './connection.ts';
import { reasonFor } from './refuse.ts';

/** SEND: verify the message key, decrypt, map to the domain's words, and answer SENDACK when the message is on disk. */
export function handleSend(connection: WkConnection, frame: SendFrame): Promise<void> | undefined {
  const { session, cipher } = connection;
  if (cipher === null || !cipher.sendKeyMatches(frame)) return acknowledge(connection, frame, refuse('im.msg_key'));
  const payload = cipher.decrypt(frame.payload);
  if (payload === null) return acknowledge(connection, frame, refuse('im.payload_invalid'));

  const words = {
    channelId: frame.channelId,
    channelType: frame.channelType,
    clientMsgNo: frame.clientMsgNo,
    flags: messageFlags(frame.flags, frame.setting),
    expireSeconds: frame.expire,
    topic: frame.topic,
    payload,
  };
  return submitSend(session.deps, session, words, (outcome) => acknowledge(connection, frame, outcome));
}

/** SENDACK carries the flags of its SEND, as WuKongIM's does. */
function acknowledge(connection: WkConnection, frame: SendFrame, outcome: Outcome<Sent>): undefined {
  const { writer, session, version } = connection;
  const { clientSeq, flags } = frame;
  if (outcome.ok) {
    const { messageId, messageSeq } = outcome.value;
    session.say(writer.sendack({ messageId, clientSeq, messageSeq, reasonCode: 1, flags }, version));
    return;
  }
  const reasonCode = reasonFor(session.transport, outcome.refusal.code);
  session.refused(outcome.refusal, { call: 'SEND', answer: `SENDACK ${reasonCode}` });
  session.say(writer.sendack({ messageId: 0, clientSeq, messageSeq: 0, reasonCode, flags }, version));
}
