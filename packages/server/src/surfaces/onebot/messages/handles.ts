import type { OnebotDeps } from '../deps.ts';

const FILE_ID = /^[A-Za-z0-9_-]{32}$/;

/** Address of a stored file as people's clients have it: relative to the HTTP address. */
export function filePath(id: string): string {
  return `/files/${id}`;
}

/**
 * The id in a handle, a relative file address, or an absolute one under whatever name this server is reached (an id cannot be guessed);
 * null for anything else. Extra query keys are tolerated.
 */
export function fileIdOf(handle: string): string | null {
  if (FILE_ID.test(handle)) return handle;
  const path = /^https?:\/\//i.test(handle) ? (URL.parse(handle)?.pathname ?? '') : (handle.split(/[?#]/, 1)[0] ?? '');
  const id = path.startsWith('/files/') ? path.slice('/files/'.length) : '';
  return FILE_ID.test(id) ? id : null;
}

/** A stored image's address → what a bot gets: a lasting handle and an absolute address. undefined for an address elsewhere. */
export function imageForBot(
  deps: Pick<OnebotDeps, 'externalHttp'>,
  url: string,
): { readonly file: string; readonly url: string } | undefined {
  const base = deps.externalHttp();
  const path = url.startsWith(`${base}/`) ? url.slice(base.length) : url;
  if (!path.startsWith('/')) return undefined;
  const id = fileIdOf(path);
  return id === null ? { file: path, url: `${base}${path}` } : { file: id, url: `${base}${filePath(id)}` };
}
