import type { KeyObject } from 'node:crypto';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';

export interface ServerKeyPair {
  readonly privateKey: KeyObject;
  /** Base64 of the 32-byte public key, as CONNACK carries it. */
  readonly publicKey: string;
}

const RENEW_AFTER_MS = 600_000;

/** One X25519 key pair for the process, renewed at most ten minutes later: making one per connection would be half the cost of a handshake. */
export class ServerKeys {
  readonly #now: () => number;
  #pair: ServerKeyPair = createKeyPair();
  #madeMs: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#madeMs = now();
  }

  current(): ServerKeyPair {
    if (this.#now() - this.#madeMs > RENEW_AFTER_MS) {
      this.#pair = createKeyPair();
      this.#madeMs = this.#now();
    }
    return this.#pair;
  }
}
