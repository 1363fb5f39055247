import { createReadStream, writeFileSync } from 'node:fs';
import type { Text } from '../model/text.ts';
import { codeOf } from '../tools/reach.ts';
import { UsageError } from './words.ts';

/** A file of any size, piece by piece. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1024 * 1024 });
  } catch (error) {
    const { zh, en } = wordsOf(error);
    throw new UsageError(`无法读取 ${path}：${zh}`, `${path} cannot be read: ${en}`);
  }
}

/** A small text file; of a larger one no more is read than shows that it is. */
export async function readSmall(path: string, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of readPieces(path)) {
    size += piece.length;
    if (size > maxBytes)
      throw new UsageError(`${path} 太大：--save 写不出这么大的文件`, `${path} is too large: --save writes no such file`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

export function writePrivate(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    const { zh, en } = wordsOf(error);
    throw new UsageError(`无法写入 ${path}：${zh}`, `${path} cannot be written: ${en}`);
  }
}

const WORDS: Readonly<Record<string, Text>> = {
  ENOENT: { zh: '没有这个文件或文件夹', en: 'there is no such file or folder' },
  EACCES: { zh: '没有权限', en: 'permission denied' },
  EISDIR: { zh: '这是一个文件夹', en: 'it is a folder' },
};

function wordsOf(error: unknown): Text {
  const code = codeOf(error);
  return WORDS[code] ?? { zh: code, en: code };
}
