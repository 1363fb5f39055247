import type { SendFrame } from '@hufu/protocol/wkproto';
import { wireOf } from '@hufu/refusals';
import { type SendCommand, type Sent, sendMessage, storedChannelId } from '../../domain/messages/send-message.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { WkConnection } from './connection.ts';

/** SEND: verify the message key, decrypt, map to the domain's words, and answer SENDACK when the message is on disk. */
export function handleSend(connection: WkConnection, frame: SendFrame): void {
  const { deps, cipher } = connection;
  const sender = deps.send.users.peekInt(connection.u);
  if (cipher === null || sender === undefined)
    return acknowledge(connection, frame, { ok: false, refusal: { code: 'srv.fault' } });

  if (!cipher.sendKeyMatches(frame)) return acknowledge(connection, frame, { ok: false, refusal: { code: 'im.msg_key' } });
  const payload = cipher.decrypt(frame.payload);
  if (payload === null) return acknowledge(connection, frame, { ok: false, refusal: { code: 'im.payload_invalid' } });

  const command: SendCommand = {
    sender,
    channelId: frame.channelId,
    channelType: frame.channelType,
    clientMsgNo: frame.clientMsgNo,
    flags: (frame.flags & 0x07) | (frame.setting << 8),
    expireSeconds: frame.expire,
    topic: frame.topic,
    payload,
    origin: connection.connectionId,
  };
  const sent = sendMessage(deps.send, command).then(
    (outcome) => acknowledge(connection, frame, outcome),
    (error: unknown) =>
      acknowledge(connection, frame, { ok: false, refusal: { code: 'srv.fault', evidence: { error: String(error) } } }),
  );
  // A cold channel is read before the message is queued: what follows on this connection must not overtake it.
  if (isCold(connection, command)) connection.hold(sent);
}

function isCold(connection: WkConnection, command: SendCommand): boolean {
  const stored = storedChannelId(command);
  return stored.ok && connection.deps.send.channels.peek(command.channelType, stored.value) === undefined;
}

function acknowledge(connection: WkConnection, frame: SendFrame, outcome: Outcome<Sent>): void {
  if (!connection.isLive) return;
  const { writer, deps } = connection;
  if (outcome.ok) {
    connection.transport.send(
      writer.sendack(outcome.value.messageId, frame.clientSeq, outcome.value.messageSeq, 1, connection.version),
    );
    return;
  }
  const reason = wireOf(outcome.refusal.code).wkReason;
  deps.refused({
    refusal: outcome.refusal,
    surface: 'wkproto',
    peer: connection.peer,
    claim: connection.claim(),
    answer: `SENDACK ${reason}`,
  });
  connection.transport.send(writer.sendack(0, frame.clientSeq, 0, reason, connection.version));
}
