import { ok, type Outcome } from '../../kernel/outcome.ts';
import type { ChannelName } from '../channels/channel-id.ts';
import { findMemberChannel, type FindChannelPorts } from '../channels/find-channel.ts';
import type { User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';

export interface MarkReadPorts extends FindChannelPorts {
  readonly directory: Pick<Directory, 'moveRead'>;
  readonly bus: ChangeBus;
}

/** Moves the reader's position forward to `messageSeq`; answers the position that stands now. */
export async function markRead(
  ports: MarkReadPorts,
  reader: User,
  command: ChannelName & { readonly messageSeq: number },
): Promise<Outcome<number>> {
  const state = await findMemberChannel(ports, reader, command);
  if (!state.ok) return state;
  if (state.value === null) return ok(0);
  return publish(ports.bus, await ports.directory.moveRead(state.value.channel.ch, reader.u, command.messageSeq));
}
