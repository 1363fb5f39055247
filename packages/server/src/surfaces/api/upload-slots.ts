/** An upload is in memory until it is whole: so many of them at a time, 8 of one account, so that nobody fills memory or keeps the others from uploading. */
const AT_ONCE = 32;
const OF_ONE_ACCOUNT = 8;

export class UploadSlots {
  readonly #byAccount = new Map<string, number>();
  #all = 0;

  get underWay(): number {
    return this.#all;
  }

  /** `account` is '' for the operator, who has no limit of its own. false: there is no place now. A place has to be given back. */
  take(account: string): boolean {
    const own = this.#byAccount.get(account) ?? 0;
    if (this.#all >= AT_ONCE || (account !== '' && own >= OF_ONE_ACCOUNT)) return false;
    this.#byAccount.set(account, own + 1);
    this.#all += 1;
    return true;
  }

  give(account: string): void {
    const left = (this.#byAccount.get(account) ?? 1) - 1;
    if (left === 0) this.#byAccount.delete(account);
    else this.#byAccount.set(account, left);
    this.#all -= 1;
  }
}
