/** Where bytes leave: a socket or a WebSocket, reduced to what an outbox needs. */
export interface ByteSink {
  /** The frames of one tick, `bytes` long together, in one write. */
  write(frames: readonly Uint8Array[], bytes: number): void;
  /** Bytes handed over and not yet taken by the kernel. */
  readonly backlogBytes: number;
  /** The peer takes less than it is sent and the backlog has passed the limit; told once. */
  onSlow(): void;
}

let dirty: Outbox[] = [];
let scheduled = false;

/**
 * Gathers all frames of a connection in one tick into one write. Buffers exist only while something waits, so an idle connection costs nothing.
 */
export class Outbox {
  readonly #sink: ByteSink;
  readonly #limitBytes: number;
  #frames: Uint8Array[] | null = null;
  #bytes = 0;
  #closed = false;

  constructor(sink: ByteSink, limitBytes: number) {
    this.#sink = sink;
    this.#limitBytes = limitBytes;
  }

  push(frame: Uint8Array): void {
    if (this.#closed) return;
    if (this.#frames === null) {
      this.#frames = [];
      dirty.push(this);
      if (!scheduled) {
        scheduled = true;
        setImmediate(flushAll);
      }
    }
    this.#frames.push(frame);
    this.#bytes += frame.byteLength;
    if (this.#bytes > this.#limitBytes) this.flush();
  }

  flush(): void {
    const frames = this.#frames;
    if (frames === null) return;
    const bytes = this.#bytes;
    this.#frames = null;
    this.#bytes = 0;
    if (this.#closed) return;
    this.#sink.write(frames, bytes);
    if (this.#sink.backlogBytes > this.#limitBytes) {
      this.#closed = true;
      this.#sink.onSlow();
    }
  }

  /** Nothing more is sent; what is gathered goes out first. */
  close(): void {
    this.flush();
    this.#closed = true;
  }
}

function flushAll(): void {
  scheduled = false;
  const list = dirty;
  dirty = [];
  for (const outbox of list) outbox.flush();
}
