import type { KeyObject } from 'node:crypto';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';

export interface ServerKeyPair {
  readonly privateKey: KeyObject;
  /** Base64 of the 32-byte public key, as CONNACK carries it. */
  readonly publicKey: string;
}

/** One X25519 key pair for the process, renewed at most ten minutes later: making one per connection would be half the cost of a handshake. */
export class ServerKeys {
  #pair: ServerKeyPair = createKeyPair();
  #madeMs = Date.now();

  current(): ServerKeyPair {
    if (Date.now() - this.#madeMs > 600_000) {
      this.#pair = createKeyPair();
      this.#madeMs = Date.now();
    }
    return this.#pair;
  }
}
