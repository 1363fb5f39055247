import { createReadStream } from 'node:fs';
import type { FastifyRequest } from 'fastify';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { withCommonHeaders } from './answers.ts';
import type { ApiDeps } from './deps.ts';
import { type ApiRoute, NOTHING, route, SENT } from './route.ts';

/** Types a browser may show in place; everything else, SVG and HTML above all, is a download. */
const SHOWN = /^(image\/(png|apng|jpeg|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

const upload = route({
  method: 'POST',
  path: '/api/v1/files',
  doc: 'Uploads one file as multipart/form-data; the answer has the address under which everybody who knows it can read it.',
  access: 'any',
  example: {},
  schema: NOTHING,
  async handle({ deps, request, principal }) {
    if (!request.isMultipart()) return refuse('http.bad_media_type', { expected: 'multipart/form-data' });
    const account = principal?.kind === 'person' ? principal.user.uid : '';
    if (!deps.uploads.take(account)) return refuse('srv.overloaded', { underWay: deps.uploads.underWay }, 1);
    try {
      return await receive(deps, request);
    } finally {
      deps.uploads.give(account);
    }
  },
});

async function receive({ files }: Pick<ApiDeps, 'files'>, request: FastifyRequest): Promise<Outcome<object>> {
  const part = await request.file();
  if (part === undefined) return refuse('http.bad_body', { reason: 'no file in the form' });
  const saved = await files.save(await part.toBuffer(), part.filename);
  if (!saved.ok) return saved;
  const { id, mime, size, width, height } = saved.value;
  return ok({ id, url: `/files/${id}`, mime, size, width, height });
}

const download = route({
  method: 'GET',
  path: '/files/:id',
  doc: 'A file, for everybody who knows its id.',
  access: 'open',
  example: {},
  schema: NOTHING,
  async handle({ deps, params, reply }) {
    const file = await deps.files.open(params['id'] ?? '');
    if (file === null) return refuse('resource.hidden', { reason: 'no such file' });
    const shown = SHOWN.test(file.mime);
    withCommonHeaders(reply, deps.decisions.newRequestId())
      .header('Cache-Control', 'private, max-age=31536000, immutable')
      .header('Content-Security-Policy', "sandbox; default-src 'none'")
      .header('Cross-Origin-Resource-Policy', 'cross-origin')
      .header('Content-Disposition', `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeName(file.name)}`)
      .header('Content-Length', String(file.size))
      .type(shown ? file.mime : 'application/octet-stream')
      .send(createReadStream(file.path));
    return ok(SENT);
  },
});

/** RFC 8187: what encodeURIComponent leaves of the reserved characters is encoded too. */
function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export const fileRoutes: readonly ApiRoute[] = [upload, download];
