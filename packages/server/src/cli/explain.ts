import { type Explanation, explanationText } from './explanation-text.ts';
import { askServer } from './control-client.ts';

/** `hufu explain <request id>`: the whole decision, for whoever holds the data folder. Exit code 0 found, 1 unknown id, 3 no server. */
export async function explain(
  requestId: string,
  options: { dataDir: string; json: boolean; lang: 'zh' | 'en' },
): Promise<number> {
  if (!/^hr_[0-9A-Za-z]{10,40}$/.test(requestId)) {
    process.stderr.write(`"${requestId.slice(0, 60)}" is no request id; one looks like hr_01J…\n`);
    return 1;
  }
  const answer = await askServer(options.dataDir, `/requests/${requestId}`).catch((error: unknown) => {
    process.stderr.write(`No running server on ${options.dataDir}: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  });
  if (answer === null) return 3;
  if (answer.status !== 200 || !isExplanation(answer.body)) {
    process.stderr.write(`No decision with the id ${requestId} is kept here.\n`);
    return 1;
  }
  process.stdout.write(options.json ? `${JSON.stringify(answer.body, null, 2)}\n` : explanationText(answer.body, options.lang));
  return 0;
}

function isExplanation(body: unknown): body is Explanation {
  return typeof body === 'object' && body !== null && 'requestId' in body && 'text' in body;
}
