export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const NONE: ImageSize = { width: 0, height: 0 };

/** Width and height in pixels from the header of a PNG, JPEG, GIF or WebP; 0 × 0 when it is none of them or cut off. */
export function imageSize(bytes: Uint8Array, mime: string): ImageSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (mime === 'image/png' || mime === 'image/apng') return { width: view.getUint32(16), height: view.getUint32(20) };
    if (mime === 'image/gif') return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (mime === 'image/jpeg') return jpegSize(view);
    return mime === 'image/webp' ? webpSize(view) : NONE;
  } catch {
    return NONE;
  }
}

/** Walks the segments to the first start-of-frame (ITU-T T.81, B.1.1.3); C4, C8 and CC are none. */
function jpegSize(view: DataView): ImageSize {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return NONE;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return NONE;
}

/** RIFF container: `VP8 ` (lossy), `VP8L` (lossless) or `VP8X` (extended), RFC 9649. */
function webpSize(view: DataView): ImageSize {
  const kind = String.fromCharCode(view.getUint8(12), view.getUint8(13), view.getUint8(14), view.getUint8(15));
  if (kind === 'VP8X') return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return kind === 'VP8 ' ? { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff } : NONE;
}

function uint24(view: DataView, at: number): number {
  return view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
}
