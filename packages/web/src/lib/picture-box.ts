/** The largest side of a picture in a timeline, in CSS pixels. */
const MAX_SIDE = 340;
const MIN_SIDE = 60;

export interface PictureBox {
  /** CSS values for `--width` and `--ratio`. */
  readonly width: string;
  readonly ratio: string;
}

/** The box that a picture gets before it has loaded, so that nothing moves when it has; null when its size is not known. */
export function pictureBox(width: number | null, height: number | null): PictureBox | null {
  if (width === null || height === null) return null;
  const scale = Math.min(1, MAX_SIDE / width, MAX_SIDE / height);
  const shownWidth = Math.max(MIN_SIDE, Math.round(width * scale));
  const shownHeight = Math.max(MIN_SIDE, Math.round(height * scale));
  return { width: `${shownWidth}px`, ratio: `${shownWidth} / ${shownHeight}` };
}
