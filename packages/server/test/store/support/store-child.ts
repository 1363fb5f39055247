import type { Draft } from '../../../src/domain/model.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../../src/store/sqlite/open.ts';

/** A store in a process of its own, so that it can be killed: batches in, answers out, in order. */
export type ToChild =
  | { readonly append: readonly (Omit<Draft, 'payload'> & { readonly payload: string })[] }
  | { readonly pagesLeft: number };
export type FromChild = { readonly ready: boolean; readonly refusal?: unknown } | { readonly answer: unknown };

const options = JSON.parse(process.argv[2] ?? '{}') as SqliteStoreOptions;
const say = (message: FromChild): void => void process.send?.(message);
const opened = await openSqliteStore(options);
if (!opened.ok) {
  say({ ready: false, refusal: opened.refusal });
  process.disconnect();
} else {
  const store = opened.value;
  process.on('message', (message: ToChild) => {
    if ('append' in message) {
      const batch = message.append.map((draft) => ({ ...draft, payload: Buffer.from(draft.payload) }));
      void store.log.append(batch).then((answer) => say({ answer }));
    } else {
      void store
        .stats()
        .then(({ pages }) => store.limitPages(pages + message.pagesLeft))
        .then(() => say({ answer: null }));
    }
  });
  say({ ready: true });
}
