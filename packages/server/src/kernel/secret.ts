import { inspect } from 'node:util';

/** A value that shows itself only when asked by name: printed, logged or put into JSON it is its fingerprint. */
export class Secret {
  readonly #value: string;
  readonly fingerprint: string;

  /** `fingerprint` is a keyed hash, e.g. `Keyring.fingerprint`; an unkeyed one of a weak secret could be guessed. */
  constructor(value: string, fingerprint: (value: string) => string) {
    this.#value = value;
    this.fingerprint = fingerprint(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `‹secret ${this.fingerprint}›`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
