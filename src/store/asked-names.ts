/**
 * SQL for the name that a device had asked for before it talked to an address. Logs tell answers one by one: the name
 * that has the address is asked for itself, or is the end of a chain of CNAMEs whose head was asked for; a chain's
 * answers follow each other at once. How long an answer holds is not in a log: a day is the most that is believed.
 */

/** Seconds for which an answer may be used. */
const lifetime = 86_400
/** Seconds by which the log of answers may be behind the connection. */
const slack = 5
/** Names of one address that are looked at, newest first. */
const mostNames = 8
/** Lines of the log, and seconds, from the head of a chain to its end. */
const longestChain = { lines: 40, seconds: 2 }

/**
 * SQL: `device, peer, name`, the newest name for each pair of `pairs` (`device, peer, first`). The large tables are
 * filtered by lists, not joined: a join could take all of them into memory.
 */
export function namesOf(pairs: string): string {
  return `(
    WITH wanted AS MATERIALIZED (SELECT device, peer, min(first) AS first FROM ${pairs} GROUP BY device, peer),
    answers AS MATERIALIZED (
      SELECT answer, qname, source, seq, "at" FROM dns_answer
      WHERE list_contains((SELECT list(DISTINCT peer) FROM wanted), answer)
        AND "at" >= (SELECT min(first) FROM wanted) - to_seconds(${lifetime})),
    given AS MATERIALIZED (
      SELECT wanted.device, wanted.peer, qname, source, max(seq) AS seq, max("at") AS "at"
      FROM answers JOIN wanted ON peer = answer WHERE "at" <= first + to_seconds(${slack})
      GROUP BY wanted.device, wanted.peer, qname, source
      QUALIFY row_number() OVER (PARTITION BY wanted.device, wanted.peer ORDER BY max("at") DESC) <= ${mostNames}),
    chains AS MATERIALIZED (
      SELECT qname, source, seq, "at" FROM dns_answer
      WHERE answer = '<CNAME>' AND seq >= (SELECT min(seq) FROM given) - ${longestChain.lines} AND seq < (SELECT max(seq) FROM given)),
    before AS (SELECT device, peer, source, "at", unnest(range(seq - ${longestChain.lines}, seq)) AS seq FROM given),
    heads AS MATERIALIZED (
      SELECT device, peer, qname, "at" FROM given
      UNION ALL
      SELECT before.device, before.peer, chains.qname, before."at" FROM before JOIN chains USING (seq, source)
      WHERE chains."at" >= before."at" - to_seconds(${longestChain.seconds})),
    ids AS MATERIALIZED (
      SELECT device, device AS id FROM wanted
      UNION SELECT device, id FROM device_aliases WHERE device IN (SELECT device FROM wanted)),
    queries AS MATERIALIZED (
      SELECT device AS id, qname, "at" FROM dns_query
      WHERE list_contains((SELECT list(DISTINCT qname) FROM heads), qname)
        AND list_contains((SELECT list(DISTINCT id) FROM ids), device)
        AND "at" >= (SELECT min(first) FROM wanted) - to_seconds(${lifetime})),
    asked AS (SELECT device, qname, min("at") AS "at" FROM queries JOIN ids USING (id) GROUP BY device, qname)
    SELECT heads.device, heads.peer, arg_max(heads.qname, heads."at") AS name
    FROM heads JOIN asked USING (device, qname)
    WHERE asked."at" <= heads."at" + to_seconds(${slack}) GROUP BY heads.device, heads.peer)`
}

/** SQL: whether it is an address somewhere on the internet, as `isPublic` of core says it. Of IPv6 also what a home has is global: then a device has it. */
export function isOnInternet(address: string): string {
  return `(NOT regexp_matches(${address},
    '^(10\\.|127\\.|0\\.|192\\.168\\.|169\\.254\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|192\\.0\\.0\\.|198\\.1[89]\\.|22[4-9]\\.|2[345][0-9]\\.|::|100::|f[cdef][0-9a-f]{2}:)')
    AND (NOT contains(${address}, ':') OR ${address} NOT IN (SELECT address FROM device_addresses)))`
}
