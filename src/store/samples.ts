import { toDeviceId, type DeviceId } from '../core/device.ts'
import { isOnInternet } from './asked-names.ts'
import type { Database } from './database.ts'
import { booleanOf, numberOf, optional, textOf } from './rows.ts'
import type { Row, Values } from './session.ts'
import type { Rhythm } from './spans.ts'
import type { Writer } from './writer.ts'

/** What a whole span comes to, for one subject of one device. */
export interface Sample {
  readonly device: DeviceId
  readonly subject: string
  readonly unit: string
  readonly start: Date
  readonly value: number
}

/** How far a rhythm is learned. */
export interface Marks {
  /** Every event up to this number, of devices not named below. */
  readonly otherwise: number
  readonly devices: ReadonlyMap<DeviceId, number>
  /** Spans that had ended by then were learned up to this number: only what came after makes them new. */
  readonly seen: { readonly seq: number; readonly at: Date }
}

/** Local hours and days all begin at a quarter of an hour: quarters since 1970 tell them apart in SQL. */
const quarter = 900_000

/** Devices by their lasting id: events keep the one that they were written with. */
const from = (table: string, columns = '') =>
  `(SELECT coalesce(a.device, e.device) AS device, e."at", e.seq, epoch_us(e."at") // 900000000 AS quarter ${columns}
    FROM ${table} e LEFT JOIN device_aliases a ON a.id = e.device)`

/** What devices of the house sent to the internet, as far as it is counted. */
const uploads = `(FROM connection WHERE bytes_out IS NOT NULL AND address = originator AND ${isOnInternet('responder')})`

/** Events that are new. A name's first time may turn out to be earlier: then the day that had it before is new too. */
const fresh: Readonly<Record<Rhythm['name'], string>> = {
  hourly: `SELECT device, "at", seq, quarter FROM ${from('dns_query')} WHERE seq > $after
    UNION ALL SELECT device, "at", seq, quarter FROM ${from('reading')} WHERE seq > $after
    UNION ALL SELECT device, "at", seq, quarter FROM ${from(uploads)} WHERE seq > $after`,
  daily: `SELECT device, "at", seq, quarter FROM ${from('dns_query')} WHERE seq > $after
    UNION ALL SELECT device, f."at", n.seq, f.quarter FROM ${from('domain_first', ', domain')} f
    JOIN (SELECT device, domain, max(seq) AS seq FROM ${from('domain_first', ', domain')} WHERE seq > $after
          GROUP BY device, domain) n USING (device, domain)`,
}

/** Devices that are behind the others, or ahead. */
const known = 'known AS (SELECT unnest($devices) AS device, unnest($marks)::BIGINT AS mark)'

/** The spans in question by their quarters, and of these the ones in which a device has something new. */
const wanted = (rhythm: Rhythm) => `WITH
  spans AS (SELECT unnest($quarters)::BIGINT AS quarter, unnest($starts)::BIGINT AS start, unnest($floors)::BIGINT AS floor),
  ${known},
  touched AS (SELECT DISTINCT device, start FROM (${fresh[rhythm.name]}) JOIN spans USING (quarter)
    LEFT JOIN known USING (device) WHERE seq > coalesce(mark, floor)),
  wanted AS (SELECT device, quarter, start FROM touched JOIN spans USING (start))`

/** One question for each subject, or each family of subjects; whole spans, whatever of them was learned before. */
const subjects: Readonly<Record<Rhythm['name'], readonly string[]>> = {
  hourly: [
    `SELECT device, start, 'dns-queries' AS subject, 'queries/hour' AS unit, count(*)::DOUBLE AS value
     FROM ${from('dns_query')} JOIN wanted USING (device, quarter) GROUP BY device, start`,
    `SELECT device, start, quantity || '/' || sensor AS subject, any_value(unit) AS unit, avg(value) AS value
     FROM ${from('reading', ', quantity, sensor, unit, value')} JOIN wanted USING (device, quarter)
     GROUP BY device, start, subject`,
    `SELECT device, start, 'upload' AS subject, 'bytes/hour' AS unit, sum(bytes_out)::DOUBLE AS value
     FROM ${from(uploads, ', bytes_out')} JOIN wanted USING (device, quarter) GROUP BY device, start`,
  ],
  daily: [
    `SELECT device, start, 'domains' AS subject, 'domains/day' AS unit, count(DISTINCT domain)::DOUBLE AS value
     FROM ${from('dns_query', ', domain')} JOIN wanted USING (device, quarter) GROUP BY device, start`,
    // A day on which something was asked for, and nothing new, counts too.
    `SELECT device, start, 'new-domains' AS subject, 'domains/day' AS unit, count(first_quarter)::DOUBLE AS value
     FROM (SELECT DISTINCT device, start FROM ${from('dns_query')} JOIN wanted USING (device, quarter))
     LEFT JOIN (SELECT wanted.device, wanted.start, first_quarter FROM wanted
       JOIN (SELECT device, min(quarter) AS first_quarter FROM ${from('domain_first', ', domain')} GROUP BY device, domain) f
       ON f.device = wanted.device AND f.first_quarter = wanted.quarter) USING (device, start)
     GROUP BY device, start`,
  ],
}

/** The spans that have ended and hold something new, oldest first. */
export async function newSpans(
  database: Database,
  { rhythm, marks, now }: { rhythm: Rhythm; marks: Marks; now: Date },
): Promise<readonly Date[]> {
  const rows = await database.rows(
    `WITH ${known} SELECT quarter, max(seq) FILTER (mark IS NULL) AS newest, bool_or(seq > mark) AS behind
     FROM (${fresh[rhythm.name]}) LEFT JOIN known USING (device) WHERE "at" < $unfinished GROUP BY quarter`,
    { ...marksOf(marks), unfinished: rhythm.startOf(now) },
  )
  const starts = new Set<number>()
  for (const row of rows) {
    const start = rhythm.startOf(new Date(numberOf(row, 'quarter') * quarter))
    const newest = optional(row, 'newest', numberOf) ?? 0
    const isBehind = optional(row, 'behind', booleanOf) ?? false
    if (isBehind || newest > floorOf(start, rhythm, marks)) starts.add(start.getTime())
  }
  return [...starts].sort((a, b) => a - b).map((start) => new Date(start))
}

/** The number before that of the first event in a span that has not ended; what is dated days ahead holds nothing back. */
export async function learnedThrough(
  database: Database,
  { rhythm, marks, now, newest }: { rhythm: Rhythm; marks: Marks; now: Date; newest: number },
): Promise<number> {
  const [row] = await database.rows(
    `SELECT min(seq) AS first FROM (${fresh[rhythm.name]}) WHERE "at" >= $unfinished AND "at" < $ahead`,
    {
      after: oldestMark(marks),
      unfinished: rhythm.startOf(now),
      ahead: new Date(now.getTime() + 2 * 86_400_000),
    },
  )
  const first = row && optional(row, 'first', numberOf)
  return first === undefined ? newest : Math.min(newest, first - 1)
}

/**
 * Late and imported events may be earlier than the first time that is on record for their name: then they are put on
 * record. What was new to a detector is not touched by that, as it goes by the number and not by the time.
 */
export async function recordFirsts(database: Database, writer: Writer, marks: Marks): Promise<void> {
  const values = { after: oldestMark(marks) }
  if ((await database.rows(`${earlier} LIMIT 1`, values)).length === 0) return
  await writer.write({
    urgency: 'now',
    apply: async ({ run }) => void (await run(`INSERT INTO domain_first BY NAME ${earlier}`, values)),
  })
}

const earlier = `SELECT * EXCLUDE first FROM
    (SELECT device, domain, arg_min(qname, "at") AS qname, min("at") AS "at", arg_min(seq, "at") AS seq,
       arg_min(imported, "at") AS imported FROM dns_query WHERE seq > $after GROUP BY device, domain)
  JOIN (SELECT device, domain, min("at") AS first FROM domain_first GROUP BY device, domain) USING (device, domain)
  WHERE "at" < first`

/** What these spans come to, for the devices that have something new in them. */
export async function samplesOf(
  database: Database,
  { rhythm, marks, starts }: { rhythm: Rhythm; marks: Marks; starts: readonly Date[] },
): Promise<readonly Sample[]> {
  const quarters: string[] = []
  const begins: string[] = []
  const floors: string[] = []
  for (const start of starts) {
    const end = rhythm.endOf(start).getTime()
    for (let at = start.getTime(); at < end; at += quarter) {
      quarters.push(String(Math.floor(at / quarter)))
      begins.push(String(start.getTime()))
      floors.push(String(floorOf(start, rhythm, marks)))
    }
  }
  const values = { ...marksOf(marks), quarters, starts: begins, floors }
  const samples: Sample[] = []
  for (const subject of subjects[rhythm.name])
    samples.push(...(await database.rows(`${wanted(rhythm)} ${subject}`, values)).map(toSample))
  return samples
}

function toSample(row: Row): Sample {
  return {
    device: toDeviceId(textOf(row, 'device')),
    subject: textOf(row, 'subject'),
    unit: textOf(row, 'unit'),
    start: new Date(numberOf(row, 'start')),
    value: numberOf(row, 'value'),
  }
}

/** Events of this span up to this number are learned. */
function floorOf(start: Date, rhythm: Rhythm, { otherwise, seen }: Marks): number {
  return rhythm.endOf(start) <= seen.at ? seen.seq : otherwise
}

/** The values of `fresh` and `known`. */
function marksOf(marks: Marks): Values {
  return {
    after: oldestMark(marks),
    devices: [...marks.devices.keys()],
    marks: [...marks.devices.values()].map(String),
  }
}

function oldestMark({ otherwise, devices }: Marks): number {
  return Math.min(otherwise, ...devices.values())
}
