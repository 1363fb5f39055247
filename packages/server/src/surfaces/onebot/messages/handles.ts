import type { OnebotDeps } from '../deps.ts';

const FILE_ID = /^[A-Za-z0-9_-]{32}$/;

/** Address of a stored file as people's clients have it: relative to the HTTP address. */
export function filePath(id: string): string {
  return `/files/${id}`;
}

/** The id in a handle, a relative file address, or an absolute one of this server; null for anything else. Extra query keys are tolerated. */
export function fileIdOf(handle: string, externalHttp: string): string | null {
  if (FILE_ID.test(handle)) return handle;
  const path = handle.startsWith(`${externalHttp}/`) ? handle.slice(externalHttp.length) : handle;
  const id = path.startsWith('/files/') ? (path.slice('/files/'.length).split(/[?#]/, 1)[0] ?? '') : '';
  return FILE_ID.test(id) ? id : null;
}

/** A stored image's address → what a bot gets: a lasting handle and an absolute address. */
export function imageForBot(
  deps: Pick<OnebotDeps, 'externalHttp'>,
  url: string,
): { readonly file: string; readonly url: string } | undefined {
  const base = deps.externalHttp();
  const id = fileIdOf(url, base);
  if (id !== null) return { file: id, url: `${base}${filePath(id)}` };
  return url.startsWith('/') ? { file: url, url: `${base}${url}` } : undefined;
}
