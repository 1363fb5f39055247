const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_OF = new Int8Array(128).fill(-1);
for (let index = 0; index < LETTERS.length; index += 1) VALUE_OF[LETTERS.charCodeAt(index)] = index;
/** Two letters for every 12 bits: half the string operations. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => `${LETTERS[bits >> 6]}${LETTERS[bits & 63]}`);

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== 'undefined') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return encodeLetters(bytes);
}

/** Where there is no Buffer: a browser. */
export function encodeLetters(bytes: Uint8Array): string {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let at = 0; at < whole; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += `${PAIRS[bits >> 12]}${PAIRS[bits & 0xfff]}`;
  }
  if (bytes.length - whole === 1) return `${text}${PAIRS[(bytes[whole] ?? 0) << 4]}==`;
  if (bytes.length - whole === 2) {
    const bits = ((bytes[whole] ?? 0) << 10) | ((bytes[whole + 1] ?? 0) << 2);
    return `${text}${PAIRS[bits >> 6]}${LETTERS[bits & 63]}=`;
  }
  return text;
}

/** The bytes of standard base64 with padding; null for anything else (RFC 4648 §4, without line breaks). */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let bitCount = 0;
  let to = 0;
  for (let at = 0; at < text.length - padding; at += 1) {
    const unit = text.charCodeAt(at);
    const value = unit < 128 ? (VALUE_OF[unit] ?? -1) : -1;
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[to++] = bits >> bitCount;
    }
  }
  return bytes;
}
