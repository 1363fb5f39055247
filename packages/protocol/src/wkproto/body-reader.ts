/** Reads one frame body. Past the end it does not throw: `failed` becomes true and every later read gives a zero value. */
export class BodyReader {
  failed = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;

  get remaining(): number {
    return this.#end - this.#at;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    if (
      this.#bytes.buffer !== bytes.buffer ||
      this.#bytes.byteOffset !== bytes.byteOffset ||
      this.#bytes.byteLength !== bytes.byteLength
    ) {
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.failed = false;
  }

  u8(): number {
    return this.#take(1) ? this.#view.getUint8(this.#at - 1) : 0;
  }
  u32(): number {
    return this.#take(4) ? this.#view.getUint32(this.#at - 4) : 0;
  }
  i32(): number {
    return this.#take(4) ? this.#view.getInt32(this.#at - 4) : 0;
  }
  i64(): bigint {
    return this.#take(8) ? this.#view.getBigInt64(this.#at - 8) : 0n;
  }

  /** Signed 16-bit length, then UTF-8. A negative length is an error. */
  text(): string {
    if (!this.#take(2)) return '';
    const length = this.#view.getInt16(this.#at - 2);
    if (length === 0) return '';
    if (length < 0 || !this.#take(length)) {
      this.failed = true;
      return '';
    }
    return decodeText(this.#bytes, this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at, this.#end);
    this.#at = this.#end;
    return rest;
  }

  #take(count: number): boolean {
    if (this.failed || this.#at + count > this.#end) {
      this.failed = true;
      return false;
    }
    this.#at += count;
    return true;
  }
}

const decoder = new TextDecoder();

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (typeof Buffer !== 'undefined' && Buffer.isBuffer(bytes)) return bytes.toString('utf8', start, end);
  return decoder.decode(bytes.subarray(start, end));
}
