import { TextDecoder } from 'node:util';

const MAX_LINE = 4096;
const LF = 0x0a;
const BOMS: Readonly<Record<string, string>> = { fffe: 'utf-16le', feff: 'utf-16be' };

/** The lines of a log, cut at 4 KiB each, so that its size does not matter. Windows writes UTF-16 (PowerShell) or GBK where others write UTF-8. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of asBytes(pieces)) {
    let start = 0;
    for (let end = piece.indexOf(LF); end !== -1; end = piece.indexOf(LF, start)) {
      yield textOf(together(rest, piece.subarray(start, end)));
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = together(rest, piece.subarray(start));
  }
  if (rest.length > 0) yield textOf(rest);
}

function together(rest: Buffer, more: Buffer): Buffer {
  const room = more.subarray(0, MAX_LINE - rest.length);
  return rest.length === 0 ? room : Buffer.concat([rest, room]);
}

/** UTF-16 becomes UTF-8; everything else stays as it is: in UTF-8 and in GBK a line end is one byte that occurs nowhere else. */
async function* asBytes(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | 'none' | null = null;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    decoder ??= decoderOf(bytes);
    yield decoder === 'none' ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
}

function decoderOf(start: Buffer): TextDecoder | 'none' {
  const encoding = BOMS[start.toString('hex', 0, 2)];
  return encoding === undefined ? 'none' : new TextDecoder(encoding);
}

const gbk = new TextDecoder('gb18030');

/** Bytes that are no UTF-8 are taken for GBK. A line that was cut may end within a character. */
function textOf(line: Buffer): string {
  const text = line.toString('utf8').replace(/\uFFFD$/, '');
  return (text.includes('\uFFFD') ? gbk.decode(line) : text).replace(/^\uFEFF|\r$/g, '');
}
