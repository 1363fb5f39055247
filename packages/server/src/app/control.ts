import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { controlSocketPath } from '../kernel/control-path.ts';
import type { DecisionRecorder } from '../policy/decisions/recorder.ts';

/** The private socket for the command line, mode 0600: GET /requests/<id> answers the whole explanation. */
export function listenControl(
  dataDir: string,
  decisions: Pick<DecisionRecorder, 'explain'>,
): Promise<{ close(): Promise<void> }> {
  const path = controlSocketPath(dataDir);
  rmSync(path, { force: true });
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
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve({
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
