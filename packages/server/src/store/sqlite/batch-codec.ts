import type { AppendResult, Draft } from '../../domain/model.ts';

/**
 * One packed buffer per batch each way, so that a message costs no structured clone.
 * Record: f64 tsMs · u32 ch sender flags expire partyA partyB (0 = none) · u32 lengths of clientMsgNo, topic, payload · bytes.
 * All little-endian; the buffer starts with u32 count.
 */
export const RECORD_HEAD = 8 + 9 * 4;

export function packDrafts(batch: readonly Draft[]): Uint8Array<ArrayBuffer> {
  const upperBound = batch.reduce(
    (sum, draft) => sum + RECORD_HEAD + 3 * (draft.clientMsgNo.length + draft.topic.length) + draft.payload.length,
    4,
  );
  const buffer = Buffer.allocUnsafeSlow(upperBound);
  buffer.writeUInt32LE(batch.length, 0);
  let at = 4;
  for (const draft of batch) at = packDraft(draft, buffer, at);
  return new Uint8Array(buffer.buffer, 0, at);
}

/** Answers where the next one goes. */
function packDraft(draft: Draft, buffer: Buffer, at: number): number {
  buffer.writeDoubleLE(draft.tsMs, at);
  buffer.writeUInt32LE(draft.ch, at + 8);
  buffer.writeUInt32LE(draft.sender, at + 12);
  buffer.writeUInt32LE(draft.flags >>> 0, at + 16);
  buffer.writeUInt32LE(draft.expireSeconds, at + 20);
  buffer.writeUInt32LE(draft.parties?.[0] ?? 0, at + 24);
  buffer.writeUInt32LE(draft.parties?.[1] ?? 0, at + 28);
  let end = at + RECORD_HEAD;
  const noBytes = buffer.write(draft.clientMsgNo, end, 'utf8');
  end += noBytes;
  const topicBytes = draft.topic === '' ? 0 : buffer.write(draft.topic, end, 'utf8');
  end += topicBytes;
  buffer.set(draft.payload, end);
  buffer.writeUInt32LE(noBytes, at + 32);
  buffer.writeUInt32LE(topicBytes, at + 36);
  buffer.writeUInt32LE(draft.payload.length, at + 40);
  return end + draft.payload.length;
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
