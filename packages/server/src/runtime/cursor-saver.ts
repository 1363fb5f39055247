import type { Directory } from '../domain/ports.ts';
import type { Log } from '../kernel/log.ts';

const SAVE_EVERY_MS = 1000;

/** Gathers the cursors of all feeds and saves them in one write, at most once a second. */
export class CursorSaver {
  readonly #directory: Pick<Directory, 'saveCursors'>;
  readonly #events: Log;
  #dirty = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: Pick<Directory, 'saveCursors'>, events: Log) {
    this.#directory = directory;
    this.#events = events;
  }

  put(reader: string, messageId: number): void {
    this.#dirty.set(reader, messageId);
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_EVERY_MS).unref();
  }

  /** A position that is not saved yet: a client that reconnects within the second goes on from here. */
  pending(reader: string): number | undefined {
    return this.#dirty.get(reader);
  }

  /** Writes what is waiting; a failed write is kept for the next one unless a newer position has come. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const batch = [...this.#dirty];
    if (batch.length === 0) return;
    let failure: string | null = null;
    try {
      const saved = await this.#directory.saveCursors(batch.map(([reader, messageId]) => ({ reader, messageId })));
      if (!saved.ok) failure = saved.refusal.code;
    } catch (error) {
      failure = String(error);
    }
    if (failure !== null) {
      this.#events.warn({ failure, cursors: batch.length }, 'positions of bots were not saved, will try again');
      this.#timer ??= setTimeout(() => void this.flush(), SAVE_EVERY_MS).unref();
      return;
    }
    for (const [reader, messageId] of batch) if (this.#dirty.get(reader) === messageId) this.#dirty.delete(reader);
  }
}
