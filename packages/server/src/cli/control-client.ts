import { request } from 'node:http';
import { controlSocketPath } from '../kernel/control-path.ts';

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the running server of this data folder; rejects when none is running. */
export function askServer(dataDir: string, path: string): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: controlSocketPath(dataDir), path, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }),
      );
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
    call.on('error', reject);
    call.end();
  });
}
