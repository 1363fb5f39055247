import { Worker } from 'node:worker_threads';
import { describeFault, type FaultReport } from './faults.ts';
import type { Call, CommandReply, Reply, Request } from './thread-messages.ts';

/** A store thread failed a call, or has no room for more. */
export class StoreFault extends Error {
  readonly fault: FaultReport;
  constructor(fault: FaultReport) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: StoreFault): void;
}
type Operations = Record<string, (...args: never[]) => unknown>;
const MAX_COMMANDS_PER_GROUP = 256;

/** Main-thread side of one store thread: correlates answers, bounds what waits, gathers commands while a group is being committed. */
export class ThreadClient {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly maxPending: number;
  private nextId = 1;
  private dead: FaultReport | null = null;
  private waitingCommands: { call: Call; pending: Pending }[] = [];
  private commandsRunning = false;

  /** `ready` resolves with the first report of the thread: null, or why it cannot work (and the version of a newer database). */
  static start(
    url: URL,
    workerData: object,
    maxPending: number,
  ): Promise<{ client: ThreadClient; fault: FaultReport | null; newer: number | null }> {
    return new Promise((resolve) => {
      const client = new ThreadClient(new Worker(url, { workerData, execArgv: [] }), maxPending);
      client.worker.once('message', (first: { fault?: FaultReport; newer?: number | null }) => {
        if (first.fault !== undefined) client.die(first.fault);
        resolve({ client, fault: first.fault ?? null, newer: first.newer ?? null });
      });
      client.worker.once('error', (error) => resolve({ client, fault: describeFault(error), newer: null }));
    });
  }

  private constructor(worker: Worker, maxPending: number) {
    this.worker = worker;
    this.maxPending = maxPending;
    worker.on('message', (reply: Reply) => {
      const waiting = this.pending.get(reply.id);
      if (waiting === undefined) return;
      this.pending.delete(reply.id);
      if ('fault' in reply) waiting.reject(new StoreFault(reply.fault));
      else waiting.resolve(reply.value);
    });
    worker.on('error', (error) => this.die(describeFault(error)));
    worker.on('exit', () => this.die({ message: 'the store thread has ended', sqliteCode: null }));
  }

  get full(): boolean {
    return this.pending.size + this.waitingCommands.length >= this.maxPending;
  }

  append(packed: Uint8Array<ArrayBuffer>, nowMs: number): Promise<unknown> {
    return this.request((id) => ({ id, kind: 'append', packed, nowMs }), [packed.buffer]);
  }

  async call<Table extends Operations, K extends keyof Table & string>(
    op: K,
    ...args: Parameters<Table[K]>
  ): Promise<ReturnType<Table[K]>> {
    if (this.full) throw new StoreFault({ message: 'too many calls are waiting for the store', sqliteCode: null });
    return (await this.request((id) => ({ id, kind: 'call', call: { op, args } }))) as ReturnType<Table[K]>;
  }

  /** Runs in a transaction shared with other commands that came while the last group was being committed. */
  async command<Table extends Operations, K extends keyof Table & string>(
    op: K,
    ...args: Parameters<Table[K]>
  ): Promise<ReturnType<Table[K]>> {
    if (this.full) throw new StoreFault({ message: 'too many commands are waiting for the store', sqliteCode: null });
    const answer = new Promise<unknown>((resolve, reject) =>
      this.waitingCommands.push({ call: { op, args }, pending: { resolve, reject } }),
    );
    if (!this.commandsRunning) void this.runCommands();
    return (await answer) as ReturnType<Table[K]>;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private async runCommands(): Promise<void> {
    this.commandsRunning = true;
    while (this.waitingCommands.length > 0) {
      const group = this.waitingCommands.splice(0, MAX_COMMANDS_PER_GROUP);
      try {
        const replies = (await this.request((id) => ({
          id,
          kind: 'commands',
          commands: group.map((c) => c.call),
        }))) as readonly CommandReply[];
        group.forEach(({ pending }, i) => {
          const reply = replies[i];
          if (reply !== undefined && 'value' in reply) pending.resolve(reply.value);
          else pending.reject(new StoreFault(reply?.fault ?? { message: 'no reply', sqliteCode: null }));
        });
      } catch (error) {
        for (const { pending } of group)
          pending.reject(error instanceof StoreFault ? error : new StoreFault(describeFault(error)));
      }
    }
    this.commandsRunning = false;
  }

  private request(make: (id: number) => Request, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.dead !== null) return Promise.reject(new StoreFault(this.dead));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage(make(id), transfer);
    });
  }

  private die(fault: FaultReport): void {
    this.dead ??= fault;
    for (const waiting of this.pending.values()) waiting.reject(new StoreFault(this.dead));
    this.pending.clear();
  }
}
