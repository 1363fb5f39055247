import type { Frame } from '@hufu/protocol/wkproto';
import type { SessionCipher } from '@hufu/protocol/wkproto/crypto';

/** What one connection heard, one line for each frame or text. Ids, keys, times and request ids are replaced, everything else stands as it came. */
export class Transcript {
  readonly lines: string[] = [];
  /** Ids of RECVs in the order in which they came. */
  readonly received: bigint[] = [];
  readonly #clientTimestamp: bigint;

  constructor(clientTimestamp: bigint) {
    this.#clientTimestamp = clientTimestamp;
  }

  frame(frame: Frame, cipher: SessionCipher | null): void {
    switch (frame.type) {
      case 'connack': {
        const server = frame.serverVersion === null ? 'old' : `v${frame.serverVersion}`;
        const keys = frame.serverKey.length === 44 && frame.salt.length === 16 ? 'keys' : `"${withoutIds(frame.salt)}"`;
        const node = frame.nodeId === null ? '' : frame.nodeId > 0n ? ' node' : ' node 0';
        this.lines.push(`CONNACK ${frame.reasonCode} ${server}${node} ${keys} ${this.#clock(frame.timeDiff)}`);
        return;
      }
      case 'sendack': {
        // WuKongIM gives refused messages an id too; here they have none.
        const id = frame.reasonCode !== 1 ? '' : frame.messageId > 0n ? ' id' : ' no id';
        const { reasonCode, messageSeq, clientSeq, flags } = frame;
        this.lines.push(`SENDACK ${reasonCode} seq ${messageSeq} clientSeq ${clientSeq} flags ${flags}${id}`);
        return;
      }
      case 'recv': {
        const plain = cipher?.decrypt(frame.payload) ?? frame.payload;
        const { payload, msgKey, messageId, timestamp, type: _, ...rest } = frame;
        const sealed = cipher?.recvKey(frame, Buffer.from(payload).toString('latin1')) === msgKey ? '' : ' WRONG KEY';
        const time = timestamp > 1_700_000_000 ? '' : ` time ${timestamp}`;
        this.received.push(messageId);
        this.lines.push(
          `RECV ${JSON.stringify({ ...rest, plain: textOf(plain) })}${messageId > 0n ? '' : ' no id'}${time}${sealed}`,
        );
        return;
      }
      case 'disconnect':
        this.lines.push(`DISCONNECT ${frame.reasonCode} "${withoutIds(frame.reason)}"`);
        return;
      case 'pong':
        this.lines.push('PONG');
        return;
      default:
        this.lines.push(frame.type.toUpperCase());
    }
  }

  /** A JSON-RPC text. Events are left out: they are this server's own, for its page; the Easy SDKs hand unknown ones to the app. */
  text(text: string): void {
    const message = JSON.parse(text) as { method?: string; params?: { messageId?: string } };
    if (message.method === 'event') return;
    if (message.method === 'recv') this.received.push(BigInt(message.params?.messageId ?? '0'));
    this.lines.push(`JSON ${JSON.stringify(message, (key, value: unknown) => this.#replaced(key, value))}`);
  }

  wsClose(code: number, reason: string): void {
    this.lines.push(`WS-CLOSE ${code} "${withoutIds(reason)}"`);
  }

  closed(): void {
    this.lines.push('closed');
  }

  #replaced(key: string, value: unknown): unknown {
    if (key === 'messageId') return value === '0' ? 'no id' : 'id';
    if (key === 'timestamp') return Number(value) > 1_700_000_000 ? 'time' : value;
    if (key === 'timeDiff') return this.#clock(BigInt(Number(value)));
    if (key === 'nodeId') return 'node';
    if (key === 'requestId') return '*';
    return typeof value === 'string' ? withoutIds(value) : value;
  }

  /** The difference, added to what the client said, is the server's clock: a time after 2023. */
  #clock(timeDiff: bigint): string {
    const serverMs = timeDiff + this.#clientTimestamp;
    return serverMs > 1_700_000_000_000n && serverMs < 4_000_000_000_000n ? 'clock' : `timeDiff ${timeDiff}`;
  }
}

function withoutIds(text: string): string {
  return text.replace(/req=\w+/g, 'req=*');
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\ufffd') ? `hex ${Buffer.from(bytes).toString('hex')}` : text;
}
