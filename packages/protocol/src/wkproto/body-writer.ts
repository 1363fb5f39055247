const HEAD_BYTES = 5;
const SCRATCH_BYTES = 64 * 1024;
/** A text's length is a signed 16-bit number on the wire. */
const MAX_TEXT_BYTES = 32_767;
/** Up to here a loop over ASCII characters beats the call into native code. */
const SHORT_TEXT = 48;

const encoder = new TextEncoder();
/** In Node a Buffer: it writes strings without an intermediate copy. In a browser a plain Uint8Array. */
const allocate = (bytes: number): Uint8Array =>
  typeof Buffer === 'undefined' ? new Uint8Array(bytes) : Buffer.allocUnsafe(bytes);

/**
 * Builds one frame: `begin`, the fields, `finish`, which answers a new array of exactly the frame. Small frames are built in one scratch buffer that lives as
 * long as the writer; a large frame gets a buffer of its own, so that one big message does not pin memory.
 */
export class BodyWriter {
  readonly #scratch = allocate(SCRATCH_BYTES);
  #bytes = this.#scratch;
  #at = HEAD_BYTES;

  /** `maxBodyBytes` is an upper bound of everything written before `finish`. */
  begin(maxBodyBytes: number): void {
    this.#bytes = maxBodyBytes + HEAD_BYTES > SCRATCH_BYTES ? allocate(maxBodyBytes + HEAD_BYTES) : this.#scratch;
    this.#at = HEAD_BYTES;
  }

  u8(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  u32(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  /** A safe integer, or any signed 64-bit number as bigint. */
  i64(value: number | bigint): void {
    if (typeof value === 'bigint') {
      this.u32(Number(BigInt.asUintN(32, value >> 32n)));
      this.u32(Number(BigInt.asUintN(32, value)));
      return;
    }
    const high = Math.floor(value / 0x1_0000_0000);
    this.u32(high);
    this.u32(value - high * 0x1_0000_0000);
  }

  /** Length and UTF-8. A text above 32 767 bytes is cut at a character, so that the frame stays well-formed. */
  text(text: string): void {
    const start = this.#at + 2;
    const length = writeShortAscii(this.#bytes, start, text) ?? writeUtf8(this.#bytes, start, text, MAX_TEXT_BYTES);
    this.#bytes[start - 2] = length >>> 8;
    this.#bytes[start - 1] = length;
    this.#at = start + length;
  }

  /** Characters below 128 only, without a length. */
  ascii(text: string): void {
    this.#at += writeUtf8(this.#bytes, this.#at, text, text.length);
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  /** The head goes right before the body, as long as its length field needs. */
  finish(type: number, flags: number): Uint8Array {
    const bytes = this.#bytes;
    const length = this.#at - HEAD_BYTES;
    const lengthBytes = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
    const start = HEAD_BYTES - lengthBytes - 1;
    bytes[start] = (type << 4) | (flags & 0x0f);
    for (let index = 1, rest = length; index <= lengthBytes; index += 1, rest >>>= 7) {
      bytes[start + index] = (rest & 0x7f) | (index < lengthBytes ? 0x80 : 0);
    }
    this.#bytes = this.#scratch;
    const frame = bytes.subarray(start, this.#at);
    return typeof Buffer === 'undefined' ? frame.slice() : Buffer.from(frame);
  }
}

/** null when the text is long or not ASCII. */
function writeShortAscii(bytes: Uint8Array, start: number, text: string): number | null {
  const { length } = text;
  if (length > SHORT_TEXT) return null;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return null;
    bytes[start + index] = unit;
  }
  return length;
}

function writeUtf8(bytes: Uint8Array, start: number, text: string, maxBytes: number): number {
  if (typeof Buffer !== 'undefined' && Buffer.isBuffer(bytes)) return bytes.write(text, start, maxBytes, 'utf8');
  return encoder.encodeInto(text, bytes.subarray(start, start + maxBytes)).written;
}
