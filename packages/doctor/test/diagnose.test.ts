import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { diagnose, MAX_REQUESTS } from '../src/engine/diagnose.ts';
import type { Target } from '../src/model/target.ts';
import { facts } from './support/seen.ts';

describe('a run that may not ask everything', () => {
  let asked = 0;
  let url = '';
  const server = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  });
  after(() => server.close());

  /** Would ask more than is allowed. */
  const curious = (): Target => ({
    name: 'curious',
    says: { zh: '', en: '' },
    fits: () => 0,
    probes: Array.from({ length: MAX_REQUESTS + 5 }, (_, at) => ({
      id: `P${at}`,
      says: { zh: '', en: '' },
      maxMs: 1000,
      when: () => true,
      run: (_facts, tools) => tools.http({ url, method: 'GET', maxMs: 1000 }),
    })),
    rules: [],
    settled: [],
    open: [],
    fallback: () => null,
  });
  const { question } = facts({}, {});

  test('sends no more requests than are allowed, keeps what it saw, and says so', async () => {
    const { report } = await diagnose({ target: curious(), question, secrets: {} });
    assert.equal(asked, MAX_REQUESTS);
    assert.equal(report.evidence.filter((one) => one.result.startsWith('HTTP 200')).length, MAX_REQUESTS);
    assert.match(report.open[0]?.en ?? '', /not everything was asked/);
  });

  test('sends nothing when its time is over, and says so', async () => {
    asked = 0;
    const { report } = await diagnose({ target: curious(), question, secrets: {}, totalMs: 0 });
    assert.deepEqual([asked, report.exit], [0, 2]);
    assert.match(report.open[0]?.en ?? '', /not everything was asked/);
  });
});
