import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FileStore, StoredFile } from '../domain/ports.ts';
import { ok, refuse } from '../kernel/outcome.ts';
import { remember } from '../kernel/remember.ts';
import { imageSize } from './image-size.ts';

export interface FilesOptions {
  readonly dir: string;
  /** Longest file in bytes. */
  readonly maxBytes: number;
}

/** At a time; more are refused with `srv.overloaded`. */
const MAX_WRITES = 8;
const ID = /^[A-Za-z0-9_-]{32}$/;
/** Files whose type and size are kept in memory. */
const MAX_KNOWN = 10_000;
const checkMeta = Compile(
  Type.Object({ mime: Type.String(), size: Type.Integer(), name: Type.String(), width: Type.Integer(), height: Type.Integer() }),
);

/**
 * Files on disk under an unguessable id (24 random bytes): the bytes in `<id>`, what is known of them in `<id>.json`, written last, both by rename,
 * so that a file that can be opened is whole. The type is what the bytes say, never what the uploader says.
 */
export function createFileStore(options: FilesOptions): FileStore {
  const { dir, maxBytes } = options;
  let writing = 0;
  const known = new Map<string, StoredFile>();
  // A file never changes, so what was read of it once stays true; every picture that bots hear of is asked for once for each of them.
  const keep = (file: StoredFile): StoredFile => {
    remember(known, file.id, file, MAX_KNOWN);
    return file;
  };
  const folderOf = (id: string) => join(dir, id.slice(0, 2));

  return {
    async save(bytes, name) {
      if (bytes.byteLength === 0) return refuse('http.bad_body', { reason: 'the file is empty' });
      if (bytes.byteLength > maxBytes) return refuse('media.too_large', { bytes: bytes.byteLength, limitBytes: maxBytes });
      if (writing >= MAX_WRITES) return refuse('srv.overloaded', { writing }, 1);
      writing += 1;
      try {
        const id = randomBytes(24).toString('base64url');
        const mime = (await fileTypeFromBuffer(bytes))?.mime ?? 'application/octet-stream';
        const meta = { mime, size: bytes.byteLength, name: cleanName(name), ...imageSize(bytes, mime) };
        const path = join(folderOf(id), id);
        await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
        await writeWhole(path, bytes);
        await writeWhole(`${path}.json`, Buffer.from(JSON.stringify(meta)));
        return ok(keep({ id, path, ...meta }));
      } catch (error) {
        return refuse('srv.store_unavailable', {
          error: error instanceof Error && 'code' in error ? String(error.code) : 'write failed',
        });
      } finally {
        writing -= 1;
      }
    },
    async open(id): Promise<StoredFile | null> {
      if (!ID.test(id)) return null;
      const seen = known.get(id);
      if (seen !== undefined) return seen;
      const path = join(folderOf(id), id);
      try {
        const meta: unknown = JSON.parse(await readFile(`${path}.json`, 'utf8'));
        return checkMeta.Check(meta) ? keep({ id, path, ...meta }) : null;
      } catch {
        return null;
      }
    },
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, bytes, { mode: 0o600, flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** The last part of the path a browser gave, without control characters and quotes. */
function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return last.replace(/[\p{Cc}"]/gu, '').slice(0, 128) || 'file';
}
