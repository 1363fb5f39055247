import type { ImageInfo, SegmentData } from '@hufu/protocol/onebot';
import { fileTypeFromBuffer } from 'file-type';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import type { OnebotDeps } from '../deps.ts';
import { fileIdOf, filePath } from './handles.ts';

const IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

/** The stored image behind a segment that is sent: `base64://…`, `data:…;base64,…`, or the handle or address of an image stored here. */
export async function imageToStore(
  deps: Pick<OnebotDeps, 'files' | 'externalHttp'>,
  data: SegmentData,
): Promise<Outcome<ImageInfo>> {
  const source = textOf(data['file']) ?? textOf(data['url']) ?? '';
  const known = fileIdOf(source, deps.externalHttp());
  if (known !== null) return knownImage(deps, known);
  const encoded = base64Of(source);
  if (encoded !== null) return saveImage(deps, encoded, textOf(data['name']) ?? 'image');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase() ?? 'none';
  return refuse('onebot.segment_unsupported', {
    scheme,
    detail:
      scheme === 'http' || scheme === 'https'
        ? 'image: the server does not fetch http(s) addresses; send base64:// or the file of an image received here'
        : 'image: file must be base64://, data: or the file of an image received here',
  });
}

async function knownImage(deps: Pick<OnebotDeps, 'files'>, id: string): Promise<Outcome<ImageInfo>> {
  const file = await deps.files.open(id);
  if (file === null) return refuse('media.missing');
  if (!IMAGES.has(file.mime)) return refuse('media.unsupported', { mime: file.mime, detail: file.mime });
  return ok({ url: filePath(id), width: file.width, height: file.height });
}

async function saveImage(deps: Pick<OnebotDeps, 'files'>, encoded: string, name: string): Promise<Outcome<ImageInfo>> {
  if (!/^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(encoded))
    return refuse('onebot.bad_params', { detail: 'image: the data is not base64' });
  const bytes = Buffer.from(encoded, 'base64');
  const mime = (await fileTypeFromBuffer(bytes))?.mime ?? 'unknown';
  if (!IMAGES.has(mime))
    return refuse('media.unsupported', { mime, bytes: bytes.byteLength, detail: `image: the bytes are no image (${mime})` });
  const saved = await deps.files.save(bytes, name);
  if (!saved.ok) return saved;
  return ok({ url: filePath(saved.value.id), width: saved.value.width, height: saved.value.height });
}

function base64Of(source: string): string | null {
  if (source.startsWith('base64://')) return source.slice('base64://'.length);
  if (!source.startsWith('data:')) return null;
  const comma = source.indexOf(',');
  return comma > 0 && source.slice(0, comma).endsWith(';base64') ? source.slice(comma + 1) : null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
