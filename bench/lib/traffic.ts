import type { RecvFrame, SendackFrame } from '@hufu/protocol/wkproto';
import { Client, type ClientEvents } from './client.ts';
import type { BenchServer } from './server.ts';

export interface TrafficOptions {
  readonly pairs: number;
  /** Messages under way per sender. Not used when there is a rate. */
  readonly window: number;
  /** Messages a second of all senders together; null = as fast as the window allows. */
  readonly perSecond: number | null;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly payloadBytes: number;
}

export interface TrafficResult {
  readonly perSecond: number;
  readonly serverUsPerMessage: number;
  readonly generatorUsPerMessage: number;
  readonly rssMegabytes: number;
  /** From the moment a message was due until its receiver had read it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly messages: number;
  /** Empty when all is well. */
  readonly faults: readonly string[];
}

interface Pair {
  readonly sender: Client;
  readonly receiverUid: string;
  /** When each message was due, by clientSeq. */
  readonly dueMs: number[];
  acknowledged: number;
  received: number;
}

const DRAIN_MS = 15_000;
const TICK_MS = 1;
const VERIFY_EVERY = 64;

/** Person messages from each sender to its own receiver. */
export async function runTraffic(server: BenchServer, options: TrafficOptions): Promise<TrafficResult> {
  const traffic = new Traffic(options);
  await traffic.open(server);
  const startedUs = process.cpuUsage();
  const serverUs = server.cpuUs();
  await traffic.run();
  const used = process.cpuUsage(startedUs);
  const result = traffic.result({
    serverUs: server.cpuUs() - serverUs,
    generatorUs: used.user + used.system,
    rssMegabytes: server.rssMegabytes(),
  });
  traffic.close();
  return result;
}

class Traffic implements ClientEvents {
  readonly #options: TrafficOptions;
  readonly #pairs: Pair[] = [];
  readonly #bySender = new Map<string, Pair>();
  readonly #receivers: Client[] = [];
  readonly #faults = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  #measureFromMs = 0;
  #stopAtMs = 0;
  #counted = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  async open(server: BenchServer): Promise<void> {
    const payload = Buffer.from(JSON.stringify({ type: 1, content: '' }).padEnd(this.#options.payloadBytes, ' '));
    const login = async (uid: string): Promise<Client> => {
      await server.post('/user/token', { uid, token: 'bench', device_flag: 0, device_level: 1 });
      return Client.open(server.tcp, { uid, token: 'bench', payload }, this);
    };
    for (let index = 0; index < this.#options.pairs; index += 1) {
      const [sender, receiver] = await Promise.all([login(`s${index}`), login(`r${index}`)]);
      const pair = { sender, receiverUid: receiver.uid, dueMs: [], acknowledged: 0, received: 0 };
      this.#pairs.push(pair);
      this.#bySender.set(sender.uid, pair);
      this.#receivers.push(receiver);
    }
  }

  async run(): Promise<void> {
    const startMs = performance.now();
    this.#measureFromMs = startMs + this.#options.warmUpSeconds * 1000;
    this.#stopAtMs = this.#measureFromMs + this.#options.seconds * 1000;
    if (this.#options.perSecond === null) {
      for (let round = 0; round < this.#options.window; round += 1)
        for (const pair of this.#pairs) this.#send(pair, performance.now());
    } else await this.#pace(startMs, this.#options.perSecond);
    const endMs = this.#stopAtMs + DRAIN_MS;
    while (performance.now() < this.#stopAtMs || (this.#outstanding() > 0 && performance.now() < endMs)) await sleep(20);
  }

  /** Even, round-robin; what a late tick has missed is sent at once and counts from when it was due. */
  async #pace(startMs: number, perSecond: number): Promise<void> {
    for (let sent = 0; ; await sleep(TICK_MS)) {
      const nowMs = Math.min(performance.now(), this.#stopAtMs);
      for (; startMs + (sent * 1000) / perSecond < nowMs; sent += 1) {
        const pair = this.#pairs[sent % this.#pairs.length];
        if (pair !== undefined) this.#send(pair, startMs + (sent * 1000) / perSecond);
      }
      if (nowMs === this.#stopAtMs) return;
    }
  }

  #send(pair: Pair, dueMs: number): void {
    const clientSeq = pair.sender.clientSeq + 1;
    pair.dueMs[clientSeq] = dueMs;
    pair.sender.send(pair.receiverUid, `${pair.sender.uid}-${clientSeq}`.padEnd(32, '-'));
  }

  onAck(client: Client, ack: SendackFrame): void {
    const pair = this.#bySender.get(client.uid);
    if (pair === undefined || ack.reasonCode !== 1) return this.#fault(`refused with ${ack.reasonCode}`);
    pair.acknowledged += 1;
    if (ack.clientSeq !== pair.acknowledged) this.#fault('acknowledged out of order');
    const nowMs = performance.now();
    if (nowMs >= this.#measureFromMs && nowMs < this.#stopAtMs) this.#counted += 1;
    if (this.#options.perSecond === null && nowMs < this.#stopAtMs) this.#send(pair, nowMs);
  }

  onRecv(client: Client, recv: RecvFrame): void {
    const pair = this.#bySender.get(recv.fromUid);
    if (pair?.receiverUid !== client.uid) return this.#fault('delivered to somebody else');
    pair.received += 1;
    const clientSeq = Number(recv.clientMsgNo.split('-')[1]);
    // Once and in the order sent: then the number, the place in the channel and the count are the same.
    if (clientSeq !== pair.received || recv.messageSeq !== pair.received) this.#fault('delivered twice or out of order');
    if (pair.received % VERIFY_EVERY === 1 && !client.reads(recv)) this.#fault('delivered another payload');
    const dueMs = pair.dueMs[clientSeq] ?? 0;
    if (dueMs >= this.#measureFromMs) this.#latenciesMs.push(performance.now() - dueMs);
  }

  result(cost: { serverUs: number; generatorUs: number; rssMegabytes: number }): TrafficResult {
    const messages = this.#pairs.reduce((sum, pair) => sum + pair.acknowledged, 0);
    if (this.#outstanding() > 0) this.#fault('never acknowledged or delivered', this.#outstanding());
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      perSecond: this.#counted / this.#options.seconds,
      serverUsPerMessage: cost.serverUs / messages,
      generatorUsPerMessage: cost.generatorUs / messages,
      rssMegabytes: cost.rssMegabytes,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      messages,
      faults: [...this.#faults].map(([what, times]) => `${times} × ${what}`),
    };
  }

  close(): void {
    for (const pair of this.#pairs) pair.sender.close();
    for (const receiver of this.#receivers) receiver.close();
  }

  #outstanding(): number {
    return this.#pairs.reduce(
      (sum, pair) => sum + (pair.sender.clientSeq - pair.acknowledged) + Math.max(0, pair.acknowledged - pair.received),
      0,
    );
  }

  #fault(what: string, times = 1): void {
    this.#faults.set(what, (this.#faults.get(what) ?? 0) + times);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
