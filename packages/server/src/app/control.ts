import { chmodSync, rm } from 'node:fs';
import { createServer } from 'node:http';
import { controlSocketPath } from '../kernel/control-path.ts';
import { ok, type Outcome, refuse } from '../kernel/outcome.ts';
import type { DecisionRecorder } from '../policy/decisions/recorder.ts';

/** The private socket for the command line, mode 0600: GET /requests/<id> answers the whole explanation. Refuses `srv.store_unavailable` for a folder that cannot hold a socket. */
export function listenControl(
  dataDir: string,
  decisions: Pick<DecisionRecorder, 'explain'>,
): Promise<Outcome<{ close(): Promise<void> }>> {
  const server = createServer((request, response) => {
    const id = /^\/requests\/(hr_[0-9A-Za-z]{10,40})$/.exec(request.url ?? '')?.[1];
    const found = id === undefined ? Promise.resolve(null) : decisions.explain(id, { kind: 'operator' });
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    found.then(
      (explanation) => answer(explanation === null ? 404 : 200, explanation ?? {}),
      (error: unknown) => answer(500, { error: String(error) }),
    );
  });
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return new Promise((resolve) => {
    const path = controlSocketPath(dataDir);
    const failed = (error: NodeJS.ErrnoException) =>
      resolve(refuse('srv.store_unavailable', { file: path, fault: error.code ?? error.message }));
    server.once('error', failed);
    rm(path, { force: true }, (error) => {
      if (error !== null) return failed(error);
      server.listen(path, () => {
        chmodSync(path, 0o600);
        resolve(ok({ close }));
      });
    });
  });
}
