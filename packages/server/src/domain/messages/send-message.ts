import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { peerOf, storedChannelId } from '../channels/channel-id.ts';
import type { ChannelStates } from '../channels/channel-states.ts';
import { isStranger, maySpeak, type SpeakRules } from '../channels/may-speak.ts';
import { type AppendResult, type ChannelState, type Draft, FLAG_NO_PERSIST, PERSON, type User } from '../model.ts';
import type { Users } from '../users/users.ts';

export interface SendCommand {
  readonly sender: User;
  /** Person channel: the peer's uid (or the full stored id); group: the channel id. */
  readonly channelId: string;
  readonly channelType: number;
  /** 1…128 characters, unique per sender and channel for 24 h: sending it again gives the first answer again. */
  readonly clientMsgNo: string;
  readonly flags: number;
  readonly expireSeconds: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Connection that sent it, '' for a back end. */
  readonly origin: string;
  /** Skips the sender's rights, never the channel's own state (ban, disband). */
  readonly asSystem?: boolean;
  /** Only to those who are online, whatever the flags say. */
  readonly unstored?: boolean;
}

type Refused = Extract<Outcome<never>, { readonly ok: false }>;

export interface Sent {
  readonly messageId: number;
  /** 0 when the message is not stored. */
  readonly messageSeq: number;
  readonly tsMs: number;
}

export interface SendPorts {
  readonly channels: ChannelStates;
  readonly users: Users;
  /** Resolves when the message is on disk. */
  append(draft: Draft): Promise<Outcome<AppendResult>>;
  /** Hands an unstored message to delivery, after what was appended before it; answers its negative id. */
  passOn(draft: Draft): Promise<Outcome<number>>;
  readonly rules: SpeakRules & { readonly maxPayloadBytes: number };
  now(): number;
}

/**
 * One message, from a checked sender to the log. Steps, in order: check the message, find the channel, may the sender speak,
 * append, answer. With a warm channel nothing is awaited before `append`, so messages of one connection keep their order.
 */
export async function sendMessage(ports: SendPorts, command: SendCommand): Promise<Outcome<Sent>> {
  const checked = checkMessage(ports, command);
  if (!checked.ok) return checked;

  const stored = storedChannelId(command);
  if (!stored.ok) return stored;
  const warm = ports.channels.peek(command.channelType, stored.value);
  const found = warm === undefined ? await findChannel(ports, command, stored.value) : ok(warm);
  if (!found.ok) return inChannel(command, found);

  const speaks = maySpeakAs(ports, found.value, command);
  if (!speaks.ok) return inChannel(command, speaks);

  const draft = draftOf(ports, found.value, command);
  if (command.unstored === true || (command.flags & FLAG_NO_PERSIST) !== 0) return passOn(ports, draft);
  const appended = await ports.append(draft);
  if (!appended.ok) return appended;
  return answer(appended.value);
}

function checkMessage(ports: SendPorts, command: SendCommand): Outcome<void> {
  if (command.payload.byteLength === 0) return refuse('im.payload_empty');
  if (command.payload.byteLength > ports.rules.maxPayloadBytes) {
    return refuse('im.payload_too_large', { bytes: command.payload.byteLength, limitBytes: ports.rules.maxPayloadBytes });
  }
  if (command.clientMsgNo.length > 128)
    return refuse('http.bad_body', { field: 'client_msg_no', reason: 'longer than 128 characters' });
  return ok();
}

/** The cold path: reads the channel once; a person channel's other party gets an account if it has none yet. */
async function findChannel(ports: SendPorts, command: SendCommand, storedId: string): Promise<Outcome<ChannelState>> {
  const { channelType } = command;
  const peer = channelType === PERSON ? peerOf(storedId, command.sender.uid) : null;
  const made = peer === null ? ok() : await ports.users.ensurePerson(peer);
  if (!made.ok) return made;
  const state = await ports.channels.load(channelType, storedId);
  return state === null ? refuse('im.channel_missing') : ok(state);
}

function maySpeakAs(ports: SendPorts, state: ChannelState, command: SendCommand): Outcome<void> {
  const isClient = command.origin !== '';
  // A client does not learn whether a group of others exists, nor its state. A back end may read every group and learns the first cause.
  if (isClient && isStranger(state, command.sender)) return refuse('im.not_member');
  if (command.asSystem !== true) return maySpeak(state, command.sender, ports.now(), ports.rules);
  if (state.channel.ban) return refuse('im.channel_banned');
  return state.channel.disband ? refuse('im.disbanded') : ok();
}

/** Adds the channel to the evidence, for the operator. */
function inChannel({ channelId, channelType }: SendCommand, { refusal }: Refused): Refused {
  return { ok: false, refusal: { ...refusal, evidence: { channelId, channelType, ...refusal.evidence } } };
}

function draftOf(ports: SendPorts, state: ChannelState, command: SendCommand): Draft {
  return {
    ch: state.channel.ch,
    sender: command.sender.u,
    clientMsgNo: command.clientMsgNo,
    flags: command.flags,
    tsMs: ports.now(),
    expireSeconds: command.expireSeconds,
    topic: command.topic,
    payload: command.payload,
    origin: command.origin,
    parties: state.channel.type === PERSON ? partiesOf(state) : null,
  };
}

function partiesOf(state: ChannelState): readonly [number, number] | null {
  const [a, b] = state.members.keys();
  return a === undefined ? null : [a, b ?? a];
}

async function passOn(ports: SendPorts, draft: Draft): Promise<Outcome<Sent>> {
  const passed = await ports.passOn(draft);
  return passed.ok ? ok({ messageId: passed.value, messageSeq: 0, tsMs: draft.tsMs }) : passed;
}

function answer(result: AppendResult): Outcome<Sent> {
  if (result.status === 'conflict') return refuse('im.idempotency_conflict');
  return ok({ messageId: result.id, messageSeq: result.seq, tsMs: result.tsMs });
}
