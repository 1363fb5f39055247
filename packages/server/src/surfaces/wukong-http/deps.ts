import type { Refusal } from '@hufu/refusals';
import type { EditListPorts } from '../../domain/channels/edit-list.ts';
import type { ListConversationsPorts } from '../../domain/conversations/list.ts';
import type { SendPorts } from '../../domain/messages/send-message.ts';
import type { Bus, Directory, MessageLog } from '../../domain/ports.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Hub } from '../../runtime/hub.ts';
import type { Caller } from '../listen/caller.ts';

/** What the routes need; `app` wires it. */
export interface WukongHttpDeps {
  readonly users: EditListPorts['users'];
  readonly channels: ListConversationsPorts['channels'];
  readonly directory: Directory;
  readonly log: MessageLog;
  readonly bus: Bus;
  readonly hub: Pick<Hub, 'sessionsOf'>;
  readonly send: SendPorts;
  /** The admin secret in header `token`, as Bearer or as Basic password; loopback gets no favour. */
  admit(caller: Caller): Promise<Outcome<void>>;
  /** Keyed hash under which a token is stored. */
  hashToken(token: string): Uint8Array;
  /** Keeps a refusal as a decision; answers its request id. */
  recordRefusal(refusal: Refusal, caller: Caller, httpStatus: number): string;
  /** An id for an answer that refuses nothing. */
  newRequestId(): string;
  /** What `/route` tells a client that reached us under `host` (a Host header); known once the listeners are bound. */
  addresses(host: string): { readonly tcp: string; readonly ws: string; readonly wss: string };
}
