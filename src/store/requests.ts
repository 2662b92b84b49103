import type { Request, RequestResult } from '../core/request.ts'
import type { Database } from './database.ts'
import { numbersAfter } from './numbers.ts'
import { dateOf, jsonOf, numberOf, optional, wordOf } from './rows.ts'
import type { Row } from './session.ts'
import type { Requests, StoredRequest } from './records.ts'
import type { Writer } from './writer.ts'

/** What people asked of the house, and how it ended. */
export async function openRequests(database: Database, writer: Writer, now: () => Date): Promise<Requests> {
  const ids = await numbersAfter(database, 'requests', 'id')
  return {
    async ask(request, by) {
      const id = ids.next()
      await writer.write({
        urgency: 'now',
        async apply({ run, touch }) {
          await run('INSERT INTO requests (id, "at", asker, request) VALUES ($id, $at, $by, $request)', {
            id,
            at: now(),
            by,
            request: JSON.stringify(request),
          })
          touch('requests')
        },
      })
      return id
    },
    async pending() {
      return (await database.rows('SELECT * FROM requests WHERE result IS NULL ORDER BY id')).map(
        toStoredRequest,
      )
    },
    finish: (id, result) =>
      writer.write({
        urgency: 'now',
        async apply({ run, touch }) {
          await run('UPDATE requests SET result = $result WHERE id = $id', {
            id,
            result: JSON.stringify(result),
          })
          touch('requests')
        },
      }),
    async about(alert) {
      // As JSON writes it, which escapes a quote inside of any text.
      const rows = await database.rows(
        'SELECT * FROM requests WHERE contains(request, $alert) OR request = $all ORDER BY id',
        {
          alert: `"alert":${JSON.stringify(alert)}`,
          all: JSON.stringify({ kind: 'acknowledge' } satisfies Request),
        },
      )
      return rows.map(toStoredRequest)
    },
    async get(id) {
      const [row] = await database.rows('SELECT * FROM requests WHERE id = $id', { id })
      return row && toStoredRequest(row)
    },
  }
}

function toStoredRequest(row: Row): StoredRequest {
  const result = optional(row, 'result', jsonOf<RequestResult>)
  return {
    id: numberOf(row, 'id'),
    at: dateOf(row, 'at'),
    by: wordOf<StoredRequest['by']>(row, 'asker'),
    request: jsonOf<Request>(row, 'request'),
    ...(result && { result }),
  }
}
