import type { AppendResult, Draft, Message } from '../../domain/model.ts';

/**
 * One packed buffer per batch each way, so that a message costs no structured clone.
 * Record: f64 id · f64 tsMs · u32 ch seq sender flags expire partyA partyB (0 = none) · u32 lengths of clientMsgNo, topic, payload · bytes.
 * All little-endian; the buffer starts with u32 count.
 */
export const RECORD_HEAD = 16 + 10 * 4;

export function packDrafts(batch: readonly Draft[]): Uint8Array<ArrayBuffer> {
  const out = new Packer(
    batch.reduce((sum, d) => sum + RECORD_HEAD + 3 * (d.clientMsgNo.length + d.topic.length) + d.payload.length, 4),
  );
  out.count(batch.length);
  for (const draft of batch) out.record(0, 0, draft, draft.parties);
  return out.done();
}

export function packMessages(batch: readonly Message[]): Uint8Array<ArrayBuffer> {
  const out = new Packer(
    batch.reduce((sum, m) => sum + RECORD_HEAD + 3 * (m.clientMsgNo.length + m.topic.length) + m.payload.length, 4),
  );
  out.count(batch.length);
  for (const message of batch) out.record(message.id, message.seq, message, null);
  return out.done();
}

export function unpackMessages(bytes: Uint8Array): Message[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Message[] = [];
  let at = 4;
  for (let left = buffer.readUInt32LE(0); left > 0; left--) {
    const noStart = at + RECORD_HEAD;
    const topicStart = noStart + buffer.readUInt32LE(at + 44);
    const payloadStart = topicStart + buffer.readUInt32LE(at + 48);
    const end = payloadStart + buffer.readUInt32LE(at + 52);
    messages.push({
      id: buffer.readDoubleLE(at),
      tsMs: buffer.readDoubleLE(at + 8),
      ch: buffer.readUInt32LE(at + 16),
      seq: buffer.readUInt32LE(at + 20),
      sender: buffer.readUInt32LE(at + 24),
      flags: buffer.readUInt32LE(at + 28),
      expireSeconds: buffer.readUInt32LE(at + 32),
      clientMsgNo: buffer.toString('utf8', noStart, topicStart),
      topic: buffer.toString('utf8', topicStart, payloadStart),
      payload: bytes.subarray(payloadStart, end),
    });
    at = end;
  }
  return messages;
}

type Packed = Pick<Message, 'ch' | 'sender' | 'clientMsgNo' | 'flags' | 'tsMs' | 'expireSeconds' | 'topic' | 'payload'>;

class Packer {
  private readonly buffer: Buffer<ArrayBuffer>;
  private at = 4;
  constructor(upperBound: number) {
    this.buffer = Buffer.allocUnsafeSlow(upperBound);
  }
  count(n: number): void {
    this.buffer.writeUInt32LE(n, 0);
  }
  record(id: number, seq: number, m: Packed, parties: readonly [number, number] | null): void {
    const { buffer, at } = this;
    buffer.writeDoubleLE(id, at);
    buffer.writeDoubleLE(m.tsMs, at + 8);
    buffer.writeUInt32LE(m.ch, at + 16);
    buffer.writeUInt32LE(seq, at + 20);
    buffer.writeUInt32LE(m.sender, at + 24);
    buffer.writeUInt32LE(m.flags >>> 0, at + 28);
    buffer.writeUInt32LE(m.expireSeconds, at + 32);
    buffer.writeUInt32LE(parties?.[0] ?? 0, at + 36);
    buffer.writeUInt32LE(parties?.[1] ?? 0, at + 40);
    let end = at + RECORD_HEAD;
    const noBytes = buffer.write(m.clientMsgNo, end, 'utf8');
    end += noBytes;
    const topicBytes = m.topic === '' ? 0 : buffer.write(m.topic, end, 'utf8');
    end += topicBytes;
    buffer.set(m.payload, end);
    buffer.writeUInt32LE(noBytes, at + 44);
    buffer.writeUInt32LE(topicBytes, at + 48);
    buffer.writeUInt32LE(m.payload.length, at + 52);
    this.at = end + m.payload.length;
  }
  done(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer.buffer, 0, this.at);
  }
}

/** Four numbers a message: status, id, seq, tsMs. */
export const STORED = 0;
export const DUPLICATE = 1;
export const CONFLICT = 2;

export function unpackResults(packed: Float64Array): AppendResult[] {
  const results: AppendResult[] = [];
  for (let i = 0; i + 3 < packed.length; i += 4) {
    const status = packed[i];
    if (status === CONFLICT) results.push({ status: 'conflict' });
    else {
      results.push({
        status: status === STORED ? 'stored' : 'duplicate',
        id: packed[i + 1] ?? 0,
        seq: packed[i + 2] ?? 0,
        tsMs: packed[i + 3] ?? 0,
      });
    }
  }
  return results;
}
