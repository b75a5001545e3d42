/**
 * The index's store in one SQLite file, through Node's own `node:sqlite`. A file that is damaged, or written by
 * another version of this code, is thrown away: the journal builds it again.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ByteReader, ByteWriter, readEvidence, writeEvidence } from '@minben/exchange';
import type { Disk } from '@minben/ports';
import type { ExchangeParts, IndexedEvidence, IndexedExchange, IndexStore } from './model.ts';

/** Rises whenever tables or their bytes change their form. */
const FORM = 1;

const TABLES = `
  CREATE TABLE exchanges (
    entry BLOB NOT NULL UNIQUE,
    message TEXT NOT NULL,
    direction TEXT NOT NULL,
    peer TEXT NOT NULL,
    sender TEXT NOT NULL,
    since INTEGER NOT NULL,
    request BLOB NOT NULL,
    answer BLOB,
    outcome TEXT
  ) STRICT;
  CREATE INDEX exchanges_by_message ON exchanges (message);
  CREATE INDEX exchanges_by_age ON exchanges (since);
  CREATE INDEX open_exchanges ON exchanges (since) WHERE outcome IS NULL;
  CREATE TABLE reached (position INTEGER NOT NULL) STRICT;
  INSERT INTO reached VALUES (0);
  PRAGMA user_version = ${FORM};
`;

interface Row {
  readonly entry: Uint8Array;
  readonly message: string;
  readonly direction: IndexedExchange['direction'];
  readonly peer: string;
  readonly sender: string;
  readonly since: number;
  readonly request: Uint8Array;
  readonly answer: Uint8Array | null;
  readonly outcome: IndexedExchange['outcome'] | null;
}

/** Opens the file, or makes it. `position` is 0 when it had to be made: then give every note again. */
export async function openSqliteStore(path: string, disk: Disk): Promise<IndexStore> {
  const database = openIfSound(path);
  if (database !== undefined) return createStore(database);
  for (const suffix of ['', '-wal', '-shm', '-journal']) await disk.remove(path + suffix);
  const fresh = openDatabase(path);
  fresh.exec(TABLES);
  return createStore(fresh);
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { allowExtension: false });
  // No sync per batch: after a loss of power the newest batches come again from the journal.
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -16000;',
  );
  return database;
}

function openIfSound(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path);
    const form = database.prepare('PRAGMA user_version').get() as { user_version: number };
    const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (form.user_version === FORM && check.quick_check === 'ok') return database;
  } catch {
    // Not a database, or a damaged one: made anew below.
  }
  database?.close();
  return undefined;
}

function createStore(database: DatabaseSync): IndexStore {
  const insert = database.prepare(
    'INSERT INTO exchanges (entry, message, direction, peer, sender, since, request, answer, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry) DO UPDATE SET answer = coalesce(excluded.answer, answer), outcome = coalesce(excluded.outcome, outcome)',
  );
  const update = database.prepare(
    'UPDATE exchanges SET answer = coalesce(?, answer), outcome = coalesce(?, outcome) WHERE entry = ?',
  );
  const reach = database.prepare('UPDATE reached SET position = max(position, ?)');
  const byEntry = database.prepare('SELECT * FROM exchanges WHERE entry = ?');
  const byMessage = database.prepare('SELECT * FROM exchanges WHERE message = ? ORDER BY since, entry');
  const open = database.prepare('SELECT * FROM exchanges WHERE outcome IS NULL ORDER BY since, entry LIMIT ?');
  const erase = database.prepare('DELETE FROM exchanges WHERE since < ? AND outcome IS NOT NULL');
  let reached = (database.prepare('SELECT position FROM reached').get() as { position: number }).position;

  const storeOne = ({ entry, begun, answer, outcome }: ExchangeParts): void => {
    const key = Buffer.from(entry, 'hex');
    const packed = answer === undefined ? null : pack(answer);
    if (begun === undefined) {
      update.run(packed, outcome ?? null, key);
      return;
    }
    const { messageId, direction, peer, sender, since, request } = begun;
    insert.run(key, messageId, direction, peer, sender, since, pack(request), packed, outcome ?? null);
  };

  const readAll = (statement: StatementSync, value: string | number): IndexedExchange[] =>
    (statement.all(value) as unknown as Row[]).map(readRow);

  return {
    get position() {
      return reached;
    },
    store(batch, position) {
      database.exec('BEGIN');
      try {
        for (const parts of batch) storeOne(parts);
        reach.run(position);
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
      reached = Math.max(reached, position);
    },
    findByEntry(entry) {
      const row = byEntry.get(Buffer.from(entry, 'hex')) as unknown as Row | undefined;
      return row === undefined ? undefined : readRow(row);
    },
    findByMessage: (messageId) => readAll(byMessage, messageId),
    findOpen: (limit) => readAll(open, limit),
    eraseBefore(seconds) {
      const { changes } = erase.run(seconds);
      // What was erased must not live on in the write-ahead file.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return Number(changes);
    },
    // Syncs the write-ahead file and then the database: batches alone are not synced.
    makeDurable: () => database.exec('PRAGMA wal_checkpoint(FULL)'),
    close: () => database.close(),
  };
}

function readRow(row: Row): IndexedExchange {
  return {
    entry: Buffer.from(row.entry).toString('hex'),
    messageId: row.message,
    direction: row.direction,
    peer: row.peer,
    sender: row.sender,
    since: row.since,
    request: unpack(row.request),
    ...(row.answer === null ? {} : { answer: unpack(row.answer) }),
    ...(row.outcome === null || row.outcome === undefined ? {} : { outcome: row.outcome }),
  };
}

const writer = new ByteWriter(4096);

function pack({ evidence, checkpoint }: IndexedEvidence): Buffer {
  writeEvidence(writer, evidence);
  return writer.text(checkpoint).take();
}

function unpack(bytes: Uint8Array): IndexedEvidence {
  const reader = new ByteReader(bytes);
  return { evidence: readEvidence(reader), checkpoint: reader.text() };
}
