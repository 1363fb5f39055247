import { Worker } from 'node:worker_threads';
import { type Outcome, Refused } from '../../kernel/outcome.ts';
import { describeFault, refusalOfFault } from './faults.ts';
import type { Call, CommandReply, FirstReport, Reply, Request } from './thread-messages.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Refused): void;
}
type Operations = Record<string, (...args: never[]) => unknown>;
const MAX_COMMANDS_PER_GROUP = 256;

export interface Started extends FirstReport {
  readonly client: ThreadClient;
}

/** What a thread is and is given; made anew for each start, because a thread that ends is started again. */
export interface ThreadPlan {
  readonly url: URL;
  data(): object;
  /** Calls that may wait for it. */
  readonly maxPending: number;
}

const START_AGAIN_MS = 1_000;

/**
 * Main-thread side of one store thread: correlates answers, bounds what waits, gathers commands while a group is being committed. What cannot be answered
 * rejects with `Refused`. A thread that ends by itself (no memory left) is started again: all it knows stands in its files.
 */
export class ThreadClient {
  readonly #plan: ThreadPlan;
  #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #dead: Refused | null = null;
  #ended = false;
  #waitingCommands: { call: Call; pending: Pending }[] = [];
  #commandsRunning = false;

  /** Resolves with the first report of the thread. */
  static start(plan: ThreadPlan): Promise<Started> {
    return new Promise((resolve) => {
      const client = new ThreadClient(plan);
      client.#worker.once('message', (first: FirstReport) => resolve({ client, ...first }));
      client.#worker.once('error', (error) => resolve({ client, fault: describeFault(error), newer: null }));
    });
  }

  private constructor(plan: ThreadPlan) {
    this.#plan = plan;
    this.#worker = this.#spawn();
  }

  #spawn(): Worker {
    const worker = new Worker(this.#plan.url, { workerData: this.#plan.data(), execArgv: [] });
    let died = false;
    const die = (why: string): void => {
      if (died) return;
      died = true;
      this.#die(why);
    };
    worker.on('message', (reply: Reply | FirstReport) => {
      if (!('id' in reply)) {
        if (reply.fault === null) this.#dead = null;
        else die(reply.fault.message);
        return;
      }
      const waiting = this.#pending.get(reply.id);
      if (waiting === undefined) return;
      this.#pending.delete(reply.id);
      if ('fault' in reply) waiting.reject(new Refused(refusalOfFault(reply.fault)));
      else waiting.resolve(reply.value);
    });
    worker.on('error', (error) => die(String(error)));
    worker.on('exit', () => die('the store thread has ended'));
    return worker;
  }

  append(packed: Uint8Array<ArrayBuffer>, nowMs: number): Promise<unknown> {
    if (this.#isFull()) return Promise.reject(overloaded('append'));
    return this.#request((id) => ({ id, kind: 'append', packed, nowMs }), [packed.buffer]);
  }

  async call<Table extends Operations, K extends keyof Table & string>(
    op: K,
    ...args: Parameters<Table[K]>
  ): Promise<ReturnType<Table[K]>> {
    if (this.#isFull()) throw overloaded(op);
    return (await this.#request((id) => ({ id, kind: 'call', call: { op, args } }))) as ReturnType<Table[K]>;
  }

  /** Runs in a transaction shared with other commands that came while the last group was being committed. */
  async command<Table extends Operations, K extends keyof Table & string>(
    op: K,
    ...args: Parameters<Table[K]>
  ): Promise<ReturnType<Table[K]>> {
    if (this.#isFull()) throw overloaded(op);
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#waitingCommands.push({ call: { op, args }, pending: { resolve, reject } }),
    );
    if (!this.#commandsRunning) void this.#runCommands();
    return (await answer) as ReturnType<Table[K]>;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #isFull(): boolean {
    return this.#pending.size + this.#waitingCommands.length >= this.#plan.maxPending;
  }

  async #runCommands(): Promise<void> {
    this.#commandsRunning = true;
    while (this.#waitingCommands.length > 0) {
      const group = this.#waitingCommands.splice(0, MAX_COMMANDS_PER_GROUP);
      try {
        const replies = (await this.#request((id) => ({
          id,
          kind: 'commands',
          commands: group.map((c) => c.call),
        }))) as readonly CommandReply[];
        group.forEach(({ pending }, i) => {
          const reply = replies[i];
          if (reply !== undefined && 'value' in reply) pending.resolve(reply.value);
          else pending.reject(new Refused(refusalOfFault(reply?.fault ?? { message: 'no reply', sqliteCode: null })));
        });
      } catch (error) {
        const refused = error instanceof Refused ? error : new Refused(refusalOfFault(describeFault(error)));
        for (const { pending } of group) pending.reject(refused);
      }
    }
    this.#commandsRunning = false;
  }

  #request(make: (id: number) => Request, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#dead !== null) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage(make(id), transfer);
    });
  }

  #die(why: string): void {
    const refused = new Refused({ code: 'srv.store_unavailable', evidence: { fault: why }, retryAfterSeconds: 1 });
    this.#dead = refused;
    for (const waiting of this.#pending.values()) waiting.reject(refused);
    this.#pending.clear();
    if (this.#ended) return;
    setTimeout(() => {
      if (!this.#ended) this.#worker = this.#spawn();
    }, START_AGAIN_MS).unref();
  }
}

/** For the calls whose answer is an Outcome: a refusal instead of a rejection; anything else is a bug and goes on. */
export async function attempt<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function overloaded(waitingFor: string): Refused {
  return new Refused({ code: 'srv.overloaded', evidence: { waitingFor }, retryAfterSeconds: 1 });
}
