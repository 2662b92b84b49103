import type { ListedPeerRow } from '../core/connection-questions.ts'
import type { Window } from '../core/detector.ts'
import { thisMachine, toDeviceId } from '../core/device.ts'
import { isOnInternet, namesOf } from './asked-names.ts'
import { givenAway } from './connection-questions.ts'
import { listedAddresses, type Lists } from './listed.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf } from './rows.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Ports that programs listen at, below which only what is given away by itself begins a connection. */
const wellKnown = 1024

/** Others of the internet that a router's own address deals with in a day, at least. */
const fewestOthers = 5

/** Name servers of the internet that a home's own resolver (unbound) asks in a day, at least: others have a few. */
const fewestServers = 20

/** SQL: the other ends of the window's connections. Where neither is at home, as on a router's outside, both are. */
const ends = `(
  SELECT *, true AS outward, responder AS peer, originator AS near FROM connection WHERE ${inWindow} AND address IS DISTINCT FROM responder
  UNION ALL
  SELECT *, false AS outward, originator AS peer, responder AS near FROM connection WHERE ${inWindow} AND address IS DISTINCT FROM originator)`

/**
 * SQL: IPv4 addresses of `found` that are a router's own, as its provider gave it: nobody else is there who deals with
 * so many others of the internet, past all devices of the home. A stranger deals with that one address alone.
 */
const own = `(
  SELECT peer FROM (
    SELECT originator AS peer, responder AS other FROM outer_ends UNION SELECT responder, originator FROM outer_ends)
  WHERE peer IN (SELECT peer FROM found) AND ${isOnInternet('other')}
  GROUP BY peer HAVING count(*) >= ${fewestOthers})`

/** SQL: whether a row of `found` is a resolver of the home at its work, which asks whom a name leads to; names and answers are judged by themselves. */
const isResolving = `(outward AND coalesce(responder_port IN (53, 853), false) AND device IN (FROM resolvers))`

/** SQL: whether a row of `found` is the last word of a server to a client that has gone, by its port or as that client came in before. */
const isLastWord = `(outward AND answered IS NOT true AND (
  coalesce(originator_port < ${wellKnown} AND responder_port >= ${wellKnown}, false)
  OR EXISTS (FROM came WHERE came.originator = found.responder AND came.originator_port = found.responder_port
    AND came.responder = found.originator AND came.responder_port = found.originator_port
    AND came.protocol = found.protocol AND came."at" BETWEEN found."at" - INTERVAL 1 HOUR AND found."at")))`

/** SQL: whether a row of `found` is a server that goes on with what a device had begun so long ago that nobody remembers, or answers too late. */
const isLateAnswer = `(NOT outward AND coalesce((originator_port < ${wellKnown} AND responder_port >= ${givenAway})
  OR (protocol = 'udp' AND answered IS NOT true AND originator_port IN (53, 123)), false))`

/**
 * Who talked to addresses on threat lists, or was tried by them. Most windows hold none: then the addresses are all
 * that is looked at. What goes on with a connection that the kernel has forgotten looks like a beginning: it does not
 * count.
 */
export async function listedPeers(lists: Lists, window: Window): Promise<ListedPeerRow[]> {
  const { database } = lists
  const seen = await database.rows(`SELECT DISTINCT peer FROM ${ends}`, windowValues(window))
  const found = await listedAddresses(
    lists,
    seen.map((row) => textOf(row, 'peer')),
  )
  if (found.size === 0) return []
  const rows = await database.rows(
    `WITH found AS MATERIALIZED (
       FROM ${ends} WHERE list_contains($peers, peer) AND ${isOnInternet('peer')}
         AND peer NOT IN (SELECT address FROM device_addresses WHERE device = $house)),
     outer_ends AS MATERIALIZED (
       SELECT originator, responder FROM connection
       WHERE address IS NULL AND NOT contains(originator, ':') AND "at" >= (SELECT min("at") FROM found) - INTERVAL 1 DAY
         AND (list_contains((SELECT list(DISTINCT peer) FROM found), originator) OR list_contains((SELECT list(DISTINCT peer) FROM found), responder))),
     resolvers AS MATERIALIZED (
       SELECT device FROM connection WHERE EXISTS (FROM found WHERE outward AND responder_port IN (53, 853))
         AND responder_port IN (53, 853) AND address = originator AND "at" >= (SELECT min("at") FROM found) - INTERVAL 1 DAY
       GROUP BY device HAVING count(DISTINCT responder) >= ${fewestServers}),
     came AS MATERIALIZED (
       FROM connection WHERE list_contains((SELECT list(DISTINCT peer) FROM found WHERE outward AND answered IS NOT true), originator)
         AND "at" >= (SELECT min("at") FROM found) - INTERVAL 1 HOUR),
     talks AS MATERIALIZED (
       SELECT device, peer, CASE WHEN address IS NULL THEN near END AS own, outward, protocol, responder_port AS port, count(DISTINCT (source, flow)) AS count,
         bool_or(answered) AS answered, bool_or(state = 'ended') AS over, min("at") AS first, max("at") AS last
       FROM ${resolved(`(FROM found WHERE peer NOT IN (FROM ${own}) AND NOT ${isResolving} AND NOT ${isLastWord} AND NOT ${isLateAnswer})`)}
       GROUP BY ALL)
     SELECT talks.*, name FROM talks LEFT JOIN ${namesOf('talks')} USING (device, peer) ORDER BY first`,
    { ...windowValues(window), peers: [...found.keys()], house: thisMachine },
  )
  return rows.flatMap((row) => {
    const peer = textOf(row, 'peer')
    return (found.get(peer) ?? []).map((indicator) => ({
      device: toDeviceId(textOf(row, 'device')),
      indicator,
      peer,
      ...some('own', optional(row, 'own', textOf)),
      ...some('port', optional(row, 'port', numberOf)),
      protocol: textOf(row, 'protocol'),
      outward: booleanOf(row, 'outward'),
      ...some('answered', optional(row, 'answered', booleanOf)),
      over: booleanOf(row, 'over'),
      ...some('name', optional(row, 'name', textOf)),
      count: numberOf(row, 'count'),
      first: dateOf(row, 'first'),
      last: dateOf(row, 'last'),
    }))
  })
}
