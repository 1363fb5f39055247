const PER_SECOND = 200;
const PER_NETWORK_PER_SECOND = 5;

/** How many refusals become records: 200 a second, 5 of them from one network. */
export class RecordRate {
  readonly #fromNetwork = new Map<string, number>();
  #second = 0;
  #count = 0;

  admit(network: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
      this.#fromNetwork.clear();
    }
    if (this.#count >= PER_SECOND) return false;
    const fromNetwork = (this.#fromNetwork.get(network) ?? 0) + 1;
    if (fromNetwork > PER_NETWORK_PER_SECOND) return false;
    this.#fromNetwork.set(network, fromNetwork);
    this.#count += 1;
    return true;
  }
}
