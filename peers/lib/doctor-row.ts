import assert from 'node:assert/strict';
import { askDoctor, type DoctorAnswer } from './doctor.ts';

/** One fault, made for real, and what the doctor has to say. */
export interface DoctorRow {
  readonly fault: string;
  readonly url: string;
  readonly args?: readonly string[];
  /** What is given as the token; none when absent. */
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In the order they are told. */
  readonly codes: readonly string[];
  readonly warnings?: readonly string[];
  /** 0 without a cause and 1 with one, unless it says otherwise. */
  readonly exit?: number;
  readonly confidence?: 'certain' | 'likely' | 'possible';
  /** Each has to stand somewhere in the answer: a line to change, a detail. */
  readonly says?: readonly RegExp[];
  /** Sentences about what remains open, each as part of its English text. */
  readonly open?: readonly RegExp[];
}

const NO_REQUEST = /^(C1|T1|N1d?)$/;

/** Asks, and asserts verdict, bounds and silence about the token. */
export async function checkRow(row: DoctorRow): Promise<DoctorAnswer> {
  const token = row.token === undefined ? [] : ['--token-env', 'HUFU_TEST_TOKEN'];
  const answer = await askDoctor([row.url, ...token, ...(row.args ?? [])], {
    ...row.env,
    ...(row.token === undefined ? {} : { HUFU_TEST_TOKEN: row.token }),
  });
  const { report, text } = answer;
  const shown = report.evidence.map(({ id, request, result }) => `${id} ${request} → ${result}`).join('\n');
  assert.deepEqual(answer.codes, row.codes, `${row.fault}\n${shown}`);
  assert.deepEqual(answer.warnings, row.warnings ?? [], `${row.fault}: warnings\n${shown}`);
  assert.equal(answer.exit, row.exit ?? (row.codes.length === 0 ? 0 : 1), `${row.fault}: exit code\n${shown}`);
  if (row.confidence !== undefined)
    assert.deepEqual([...new Set(report.causes.map((one) => one.confidence))], [row.confidence], `${row.fault}\n${shown}`);
  for (const pattern of row.says ?? []) assert.match(text, pattern, row.fault);
  for (const pattern of row.open ?? [])
    assert.ok(
      report.open.some((one) => pattern.test(one.en)),
      `${row.fault}: ${String(pattern)} among ${JSON.stringify(report.open)}`,
    );
  const requests = report.evidence.filter(({ id }) => !NO_REQUEST.test(id));
  assert.ok(requests.length <= 20, `${row.fault}: ${requests.length} requests`);
  const ms = report.evidence.reduce((sum, one) => sum + one.ms, 0);
  assert.ok(ms <= 10_000, `${row.fault}: ${ms} ms`);
  if (row.token !== undefined) {
    const kernel = /[A-Za-z0-9]{8,}/.exec(row.token)?.[0] ?? row.token;
    assert.ok(!text.includes(kernel), `${row.fault}: the token was printed\n${text}`);
  }
  return answer;
}
