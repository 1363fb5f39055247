import type { Refusal } from '@hufu/refusals';
import type { ChannelState, Message, Session, Uid, User } from '../domain/model.ts';

/** A message on its way to one user: what every receiver shares, resolved once. `senderUid` is '' for the system account. */
export interface Delivery {
  readonly message: Message;
  readonly state: ChannelState;
  readonly senderUid: Uid;
}

export function deliveryOf(message: Message, state: ChannelState, sender: Pick<User, 'uid' | 'kind'>): Delivery {
  return { message, state, senderUid: sender.kind === 'system' ? '' : sender.uid };
}

/** What a page hears beside messages; becomes an `event` notification on JSON-RPC. */
export interface Notification {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** One live connection of an account, whatever protocol it speaks. Surfaces implement it; the hub and delivery only know this. */
export interface LiveSession {
  readonly connectionId: string;
  readonly uid: Uid;
  readonly u: number;
  readonly surface: 'wkproto' | 'jsonrpc' | 'onebot';
  readonly deviceFlag: number;
  readonly deviceLevel: 0 | 1;
  readonly deviceId: string;
  /** The session of the page whose token opened it, and with which it ends; null when another credential did. */
  readonly openedBy: Session | null;
  /** Encodes for its own wire and puts it into its bounded outbox; must not throw, must not wait. */
  deliver(delivery: Delivery): void;
  notify(notification: Notification): void;
  /** Says why in the words of its protocol, then closes after `graceMs`. */
  end(refusal: Refusal, graceMs: number): void;
}
