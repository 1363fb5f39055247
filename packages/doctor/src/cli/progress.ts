import { resultOf } from '../engine/show-seen.ts';
import type { Step } from '../engine/diagnose.ts';
import type { Lang } from '../model/text.ts';

/** Tells what is being waited for, and for how long at most: one line a step on a terminal, rewritten in place. */
export function progressTo(write: (text: string) => void, lang: Lang): (step: Step) => void {
  const waits = { zh: '等待', en: 'waiting for' }[lang];
  return (step) => {
    const { id, says } = step.probe;
    if (step.phase === 'start') write(`\r\u001b[K… ${id} ${waits} ${says[lang]} (≤ ${(step.withinMs / 1000).toFixed(1)} s)`);
    else
      write(
        `\r\u001b[K· ${id} ${says[lang]}: ${resultOf(step.seen)
          .replace(/\p{Cc}/gu, '�')
          .slice(0, 100)}\n`,
      );
  };
}
