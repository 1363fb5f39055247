const PER_SECOND = 200;
const PER_ADDRESS_PER_SECOND = 5;

/** How many refusals become records: 200 a second, 5 of them from one address. */
export class RecordRate {
  readonly #fromAddress = new Map<string, number>();
  #second = 0;
  #count = 0;

  admit(address: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
      this.#fromAddress.clear();
    }
    if (this.#count >= PER_SECOND) return false;
    const fromAddress = (this.#fromAddress.get(address) ?? 0) + 1;
    if (fromAddress > PER_ADDRESS_PER_SECOND) return false;
    this.#fromAddress.set(address, fromAddress);
    this.#count += 1;
    return true;
  }
}
