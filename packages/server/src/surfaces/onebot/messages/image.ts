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

type ImageDeps = Pick<OnebotDeps, 'files'>;

/**
 * The stored image behind a segment that is sent: `base64://…`, `data:…;base64,…`, or the handle or address of an image stored here. A segment that
 * was received may be sent as it is: when `file` says nothing here, `url` is looked at.
 */
export async function imageToStore(deps: ImageDeps, data: SegmentData): Promise<Outcome<ImageInfo>> {
  const sources = [textOf(data['file']), textOf(data['url'])].filter((one) => one !== undefined);
  for (const source of sources) {
    const encoded = base64Of(source);
    if (encoded !== null) return saveImage(deps, encoded, textOf(data['name']) ?? 'image');
    const known = fileIdOf(source);
    if (known !== null) return knownImage(deps, known);
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(sources[0] ?? '')?.[1]?.toLowerCase() ?? 'none';
  const isWeb = scheme === 'http' || scheme === 'https';
  return refuse('onebot.segment_unsupported', {
    type: 'image',
    scheme,
    detail: isWeb
      ? 'image: the server does not fetch http(s) addresses; send base64:// or the file of an image received here'
      : 'image: file must be base64://, data: or the file of an image received here',
  });
}

async function knownImage(deps: ImageDeps, id: string): Promise<Outcome<ImageInfo>> {
  const file = await deps.files.open(id);
  if (file === null) return refuse('media.missing', { detail: 'image: no file has this id' });
  if (!IMAGES.has(file.mime)) return refuse('media.unsupported', { mime: file.mime, detail: file.mime });
  return ok({ url: filePath(id), width: file.width, height: file.height });
}

async function saveImage(deps: ImageDeps, text: string, name: string): Promise<Outcome<ImageInfo>> {
  const encoded = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded)) return refuse('onebot.bad_params', { detail: 'image: the data is not base64' });
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
  // A CQ string whose comma was not escaped ends here: the rest became a parameter of its own.
  const data = /^data:[^,]{0,256};base64,/i.exec(source);
  return data === null ? null : source.slice(data[0].length);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
