import { isJsonObject, type JsonObject } from '../json-object.ts';

const MAX_UINT32 = 0xffff_ffff;
const HEADER_BITS = { noPersist: 1, redDot: 2, syncOnce: 4, dup: 8 } as const;
const SETTING_BITS = { receipt: 0x80, signal: 0x20, topic: 0x08, stream: 0x02 } as const;

/** Reads the fields of one `params`. The first wrong one is named in `problem`; reading goes on with zero values. */
export class FieldReader {
  problem: string | null = null;
  readonly #fields: JsonObject;

  constructor(fields: JsonObject) {
    this.#fields = fields;
  }

  value(name: string): unknown {
    return this.#fields[name];
  }

  /** '' when absent. Halves of characters, which JSON can hold and UTF-8 cannot, become replacement characters, as in WKProto. */
  text(name: string, maxChars: number): string {
    const value = this.#fields[name];
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') return this.fail(`${name} must be a string`, '');
    return value.length > maxChars ? this.fail(`${name} is longer than ${maxChars} characters`, '') : value.toWellFormed();
  }

  requiredText(name: string, maxChars: number): string {
    const value = this.text(name, maxChars);
    return value === '' && this.problem === null ? this.fail(`${name} is missing`, '') : value;
  }

  /** A whole number 0…max, 0 when absent. */
  whole(name: string, max: number = MAX_UINT32): number {
    const value = this.#fields[name];
    if (value === undefined || value === null) return 0;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
      return this.fail(`${name} must be a whole number from 0 to ${max}`, 0);
    return value;
  }

  /** A 63-bit id: a string of digits, or a number. */
  id(name: string): bigint {
    const value = this.#fields[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return BigInt(value);
    return this.fail(`${name} must be a string of up to 19 digits`, 0n);
  }

  /** `header` as the flag nibble. */
  header(): number {
    return this.#bits('header', HEADER_BITS);
  }
  setting(): number {
    return this.#bits('setting', SETTING_BITS);
  }

  fail<T>(problem: string, zero: T): T {
    this.problem ??= problem;
    return zero;
  }

  #bits(name: string, bits: Readonly<Record<string, number>>): number {
    const value = this.#fields[name];
    if (value === undefined || value === null) return 0;
    if (!isJsonObject(value)) return this.fail(`${name} must be an object`, 0);
    let sum = 0;
    for (const [key, bit] of Object.entries(bits)) {
      const on = value[key];
      if (on === true) sum |= bit;
      else if (on !== undefined && on !== null && on !== false) this.fail(`${name}.${key} must be true or false`, 0);
    }
    return sum;
  }
}

/** The inverse of `header()`: undefined when no bit is set, as the wire omits empty objects. */
export function headerObject(flags: number): Record<string, true> | undefined {
  return bitsObject(flags, HEADER_BITS);
}
export function settingObject(setting: number): Record<string, true> | undefined {
  return bitsObject(setting, SETTING_BITS);
}

function bitsObject(value: number, bits: Readonly<Record<string, number>>): Record<string, true> | undefined {
  const object: Record<string, true> = {};
  let any = false;
  for (const [key, bit] of Object.entries(bits)) {
    if ((value & bit) === 0) continue;
    object[key] = true;
    any = true;
  }
  return any ? object : undefined;
}
