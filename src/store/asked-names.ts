/**
 * SQL for the name that a device had asked for before it talked to an address. Logs tell answers one by one: the name
 * that has the address is asked for itself, or is the end of a chain of CNAMEs whose head was asked for; a chain's
 * answers follow each other at once. How long an answer holds is not in a log: a day is the most that is believed.
 */

/** Seconds for which an answer may be used. */
const lifetime = 86_400
/** Seconds by which the log of answers may be behind the connection. */
const slack = 5
/** Lines of the log, and seconds, from the head of a chain to its end. */
const longestChain = { lines: 40, seconds: 2 }

/** SQL: `device, peer, name`, the newest name for each pair of `pairs` (`device, peer, first`). */
export function namesOf(pairs: string): string {
  return `(
    WITH wanted AS (SELECT DISTINCT device, peer, min(first) AS first FROM ${pairs} GROUP BY ALL),
    given AS (
      SELECT answer AS peer, qname, source, seq, "at" FROM dns_answer
      WHERE answer IN (SELECT peer FROM wanted)
        AND "at" >= (SELECT min(first) FROM wanted) - to_seconds(${lifetime})),
    heads AS (
      SELECT peer, qname, "at" FROM given
      UNION ALL
      SELECT given.peer, head.qname, given."at" FROM given JOIN dns_answer head
        ON head.source = given.source AND head.answer = '<CNAME>' AND head.seq < given.seq
          AND head.seq >= given.seq - ${longestChain.lines} AND head."at" >= given."at" - to_seconds(${longestChain.seconds}))
    SELECT wanted.device, wanted.peer, arg_max(heads.qname, query."at") AS name
    FROM wanted JOIN heads ON heads.peer = wanted.peer AND heads."at" <= wanted.first + to_seconds(${slack})
    JOIN dns_query query ON query.qname = heads.qname
      AND coalesce((SELECT device FROM device_aliases WHERE id = query.device), query.device) = wanted.device
      AND query."at" <= heads."at" + to_seconds(${slack})
      AND query."at" >= (SELECT min(first) FROM wanted) - to_seconds(${lifetime})
    GROUP BY wanted.device, wanted.peer)`
}

/** SQL: whether it is an address somewhere on the internet. Of IPv6 also what a home has is global: then a device has it. */
export function isOnInternet(address: string): string {
  return `(NOT regexp_matches(${address},
    '^(10\\.|127\\.|0\\.|192\\.168\\.|169\\.254\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|22[4-9]\\.|23[0-9]\\.|255\\.|::|f[cdef][0-9a-f]*:)')
    AND (NOT contains(${address}, ':') OR ${address} NOT IN (SELECT address FROM device_addresses)))`
}
