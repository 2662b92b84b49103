/** Tables of what was judged, told and asked; part of the schema's first version. */
export const judgementTables: readonly string[] = [
  `CREATE TABLE signals (id BIGINT, seq BIGINT, detector VARCHAR, device VARCHAR, target VARCHAR, "at" TIMESTAMP,
     first_at TIMESTAMP, confidence DOUBLE, cause VARCHAR, summary VARCHAR, evidence VARCHAR, count BIGINT,
     alert BIGINT, "grant" VARCHAR)`,
  `CREATE TABLE alerts (id BIGINT, seq BIGINT, signals_seq BIGINT, device VARCHAR, status VARCHAR, opened_at TIMESTAMP,
     updated_at TIMESTAMP, title VARCHAR, floor VARCHAR, "default" VARCHAR, ceiling VARCHAR, confidence DOUBLE,
     severity VARCHAR, verdict VARCHAR, muted_until TIMESTAMP)`,
  `CREATE TABLE deliveries (id BIGINT, notifier VARCHAR, key VARCHAR, occasion VARCHAR, "at" TIMESTAMP,
     alerts VARCHAR, told VARCHAR[], receipt VARCHAR, failed VARCHAR)`,
  'CREATE TABLE remembered (notifier VARCHAR, state VARCHAR)',
  'CREATE TABLE requests (id BIGINT, "at" TIMESTAMP, asker VARCHAR, request VARCHAR, result VARCHAR)',
  'CREATE TABLE recaps (id VARCHAR, "at" TIMESTAMP, recap VARCHAR)',
]
