import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepares each SQL text once. Texts are literals of this folder, so the map is bounded. */
export type Statements = (text: string) => StatementSync;

export function statementsOf(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  return (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) prepared.set(text, (statement = db.prepare(text)));
    return statement;
  };
}
