import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { AppendResult, Draft } from '../../../src/domain/model.ts';
import type { Outcome } from '../../../src/kernel/outcome.ts';
import type { SqliteStoreOptions } from '../../../src/store/sqlite/open.ts';
import type { FromChild, ToChild } from './store-child.ts';

export type TextDraft = Omit<Draft, 'payload'> & { readonly payload: string };

/** Parent's side of `store-child.ts`. */
export class StoreChild {
  readonly #process: ChildProcess;
  readonly #waiting: ((answer: unknown) => void)[] = [];
  readonly #gone: Promise<void>;

  static async start(options: SqliteStoreOptions): Promise<StoreChild> {
    const child = new StoreChild(options);
    const first = await new Promise<FromChild>((resolve) => child.#process.once('message', resolve));
    if (!('ready' in first) || !first.ready) throw new Error(JSON.stringify(first));
    return child;
  }

  private constructor(options: SqliteStoreOptions) {
    this.#process = fork(join(import.meta.dirname, 'store-child.ts'), [JSON.stringify(options)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#gone = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.on('message', (message: FromChild) => {
      if ('answer' in message) this.#waiting.shift()?.(message.answer);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Never settles when the child dies first. */
  append(batch: readonly TextDraft[]): Promise<Outcome<readonly AppendResult[]>> {
    return this.#ask({ append: batch }) as Promise<Outcome<readonly AppendResult[]>>;
  }

  /** From now on the database may grow by so many pages only. */
  async limit(pagesLeft: number): Promise<void> {
    await this.#ask({ pagesLeft });
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#gone;
  }

  #ask(message: ToChild): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.send(message);
    });
  }
}
