import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Peer } from './peer.ts';

/** What happens to an HTTP upgrade request: the first route whose `matches` says yes takes the socket over. Host and Origin are checked before. */
export interface UpgradeRoute {
  matches(path: string): boolean;
  /** Whether a browser of a foreign origin may come here (it still needs a credential of its own). */
  readonly anyOrigin: boolean;
  handle(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void;
}
