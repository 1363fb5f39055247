import { parentPort, workerData } from 'node:worker_threads';
import type { DecisionQuery, DecisionRecord } from '../../domain/decision-store.ts';
import { describeFault } from './faults.ts';
import type { Row } from './rows.ts';
import { DECISION_MIGRATIONS, NewerDatabaseError, openForWriting } from './schema.ts';
import { statementsOf } from './statements.ts';
import { invoke, READY, type Request } from './thread-messages.ts';

/** Worker thread of decisions.db. `synchronous=NORMAL`: losing the last records in a power cut is accepted. */
export interface DecisionWorkerOptions {
  readonly file: string;
  readonly maxAgeMs: number;
  readonly maxRows: number;
}

/** A record comes again when more is known of it: its near miss, how often it was repeated. */
const PUT = `INSERT INTO decision(id, ts_ms, code, subject, json) VALUES(?,?,?,?,?)
  ON CONFLICT(id) DO UPDATE SET code=excluded.code, subject=excluded.subject, json=excluded.json`;

const toRecord = (row: Row): DecisionRecord => ({
  id: String(row['id']),
  tsMs: Number(row['ts_ms']),
  code: String(row['code']),
  subject: row['subject'] == null ? null : String(row['subject']),
  json: String(row['json']),
});

function startDecisions(options: DecisionWorkerOptions) {
  const db = openForWriting(options.file, DECISION_MIGRATIONS, { cacheMb: 8, maxPages: null, synchronous: 'NORMAL' });
  const sql = statementsOf(db);
  return {
    put(records: readonly DecisionRecord[], nowMs: number): void {
      try {
        db.exec('BEGIN IMMEDIATE');
        for (const r of records) sql(PUT).run(r.id, r.tsMs, r.code, r.subject, r.json);
        sql('DELETE FROM decision WHERE ts_ms<?').run(nowMs - options.maxAgeMs);
        sql('DELETE FROM decision WHERE n<=(SELECT max(n) FROM decision)-?').run(options.maxRows);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    get(id: string): DecisionRecord | null {
      const row = sql('SELECT * FROM decision WHERE id=?').get(id);
      return row === undefined ? null : toRecord(row);
    },
    list(query: DecisionQuery): DecisionRecord[] {
      const where = `${query.subject === undefined ? '' : ' AND subject=:subject'}${query.code === undefined ? '' : ' AND code=:code'}`;
      return sql(`SELECT * FROM decision WHERE ts_ms>=:since${where} ORDER BY ts_ms DESC, n DESC LIMIT :limit`)
        .all({
          since: query.sinceMs,
          limit: Math.min(Math.max(query.limit, 0), 1_000),
          ...(query.subject === undefined ? {} : { subject: query.subject }),
          ...(query.code === undefined ? {} : { code: query.code }),
        })
        .map(toRecord);
    },
    close: (): void => db.close(),
  };
}

export type DecisionCalls = ReturnType<typeof startDecisions>;

const port = parentPort;
if (port !== null) {
  try {
    const decisions = startDecisions(workerData as DecisionWorkerOptions);
    port.on('message', (request: Request) => {
      try {
        if (request.kind === 'call') port.postMessage({ id: request.id, value: invoke(decisions, request.call) });
      } catch (error) {
        port.postMessage({ id: request.id, fault: describeFault(error) });
      }
    });
    port.postMessage(READY);
  } catch (error) {
    port.postMessage({ fault: describeFault(error), newer: error instanceof NewerDatabaseError ? error.found : null });
    port.close();
  }
}
