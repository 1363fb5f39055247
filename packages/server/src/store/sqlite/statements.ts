import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepares each SQL text once. Texts are literals of this folder, so the map is bounded. `arrays`: rows come as arrays of values, which cost half. */
export type Statements = (text: string, form?: 'arrays') => StatementSync;

export function statementsOf(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  return (text, form) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = db.prepare(text);
      if (form === 'arrays') statement.setReturnArrays(true);
      prepared.set(text, statement);
    }
    return statement;
  };
}
