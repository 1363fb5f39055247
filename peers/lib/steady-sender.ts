import { setTimeout as delay } from 'node:timers/promises';
import { until } from './server.ts';
import { WkClient } from './wk-client.ts';

export interface SteadySender {
  /** Text (it is the clientMsgNo too) → the messageSeq that was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** Every text in the order of its first sending. */
  readonly sent: readonly string[];
  /** Connects, and sends again what was never acknowledged, as a phone does. */
  connect(tcp: string): Promise<void>;
  /** Sends `count` new messages by the clock; those that fall due while the thread was busy go at once. */
  send(count: number, perSecond: number): Promise<void>;
  /** Waits until nothing is unacknowledged. */
  settle(): Promise<void>;
  /** Takes the acknowledgements that came and lets the connection go. */
  drop(): void;
}

export function steadySender(who: { uid: string; token: string; channelId: string; channelType: number }): SteadySender {
  const acknowledged = new Map<string, number>();
  const sent: string[] = [];
  let client: WkClient | null = null;
  let textOf = new Map<number, string>();

  const write = (text: string) => {
    const clientSeq = client?.send(who.channelId, who.channelType, text, JSON.stringify({ type: 1, content: text })) ?? 0;
    textOf.set(clientSeq, text);
  };
  const collect = () => {
    for (const [clientSeq, ack] of client?.acks ?? []) {
      const text = textOf.get(clientSeq);
      if (text !== undefined && ack.reasonCode === 1) acknowledged.set(text, ack.messageSeq);
    }
    return acknowledged;
  };
  return {
    acknowledged,
    sent,
    async connect(tcp) {
      textOf = new Map();
      client = new WkClient(tcp);
      const connack = await client.login(who.uid, who.token);
      if (connack.reasonCode !== 1) throw new Error(`the sender was refused: ${connack.salt}`);
      for (const text of sent) if (!acknowledged.has(text)) write(text);
    },
    async send(count, perSecond) {
      const startMs = performance.now();
      for (let done = 0; done < count; ) {
        const due = Math.min(count, Math.floor(((performance.now() - startMs) / 1000) * perSecond) + 1);
        for (; done < due; done += 1) {
          const text = `message ${sent.length}`;
          sent.push(text);
          write(text);
        }
        await delay(1000 / perSecond);
      }
    },
    settle: async () => void (await until('every acknowledgement', () => collect().size === sent.length)),
    drop() {
      collect();
      client?.close();
    },
  };
}
