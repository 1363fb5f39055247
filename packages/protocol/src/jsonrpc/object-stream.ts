const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MIN_PARTIAL_BYTES = 256;

/**
 * Cuts a byte stream into JSON objects at any split point. Memory is bound by `maxBytes` and grows with what has arrived.
 * After an error nothing more is read.
 */
export class ObjectStream {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  /** The beginning of an object whose end has not arrived; its first `#held` bytes count. */
  #partial: Uint8Array | null = null;
  #held = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #error: string | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes kept of an object that is not complete yet. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Answers what is wrong, null when nothing is. */
  push(chunk: Uint8Array, onText: (text: string) => void): string | null {
    let start = 0;
    for (let at = 0; at < chunk.length && this.#error === null; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#depth === 0) {
        start = at;
        if (byte === OPEN) this.#depth = 1;
        else if (!isSpace(byte)) this.#error = 'a message must be a JSON object';
      } else if (this.#step(byte)) {
        onText(this.#take(chunk.subarray(start, at + 1)));
        start = at + 1;
      }
    }
    if (this.#error === null && this.#depth > 0) this.#keep(chunk.subarray(start));
    return this.#error;
  }

  /** One byte inside an object; true when it ends the object. */
  #step(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN) this.#depth += 1;
    else if (byte === CLOSE) this.#depth -= 1;
    return this.#depth === 0;
  }

  #take(last: Uint8Array): string {
    if (this.#partial === null) return this.#decoder.decode(last);
    this.#append(last);
    const text = this.#decoder.decode(this.#partial.subarray(0, this.#held));
    this.#partial = null;
    this.#held = 0;
    return text;
  }

  #keep(part: Uint8Array): void {
    if (this.#held + part.byteLength <= this.#maxBytes) return this.#append(part);
    this.#error = `message is longer than ${this.#maxBytes} bytes`;
    this.#partial = null;
  }

  /** Doubling keeps a peer that sends byte by byte from costing a copy each. */
  #append(part: Uint8Array): void {
    const needed = this.#held + part.byteLength;
    if (this.#partial === null || needed > this.#partial.length) {
      const grown = new Uint8Array(Math.max(needed, MIN_PARTIAL_BYTES, this.#held * 2));
      if (this.#partial !== null) grown.set(this.#partial.subarray(0, this.#held));
      this.#partial = grown;
    }
    this.#partial.set(part, this.#held);
    this.#held = needed;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
