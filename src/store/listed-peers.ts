import type { ListedPeerRow } from '../core/connection-questions.ts'
import type { Window } from '../core/detector.ts'
import { thisMachine, toDeviceId } from '../core/device.ts'
import { isOnInternet, namesOf } from './asked-names.ts'
import { listedAddresses, type Lists } from './listed.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf } from './rows.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Ports that programs listen at, below which only what is given away by itself begins a connection. */
const wellKnown = 1024

/** SQL: the other ends of the window's connections. Where neither is at home, as on a router's outside, both are. */
const ends = `(
  SELECT *, true AS outward, responder AS peer FROM connection WHERE ${inWindow} AND address IS DISTINCT FROM responder
  UNION ALL
  SELECT *, false AS outward, originator AS peer FROM connection WHERE ${inWindow} AND address IS DISTINCT FROM originator)`

/**
 * Who talked to addresses on threat lists, or was tried by them. Most windows hold none: then the addresses are all
 * that is looked at. The last words of a server to a client that has gone look like a beginning: they do not count.
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
    `WITH talks AS MATERIALIZED (
       SELECT device, peer, outward, protocol, responder_port AS port, count(DISTINCT (source, flow)) AS count,
         coalesce(bool_or(answered), false) AS answered, bool_or(state = 'ended') AS over, min("at") AS first, max("at") AS last
       FROM ${resolved(`(
         FROM ${ends} WHERE list_contains($peers, peer) AND ${isOnInternet('peer')}
           AND peer NOT IN (SELECT address FROM device_addresses WHERE device = $house)
           AND NOT (outward AND answered IS NOT true AND coalesce(originator_port < ${wellKnown} AND responder_port >= ${wellKnown}, false)))`)}
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
      ...some('port', optional(row, 'port', numberOf)),
      protocol: textOf(row, 'protocol'),
      outward: booleanOf(row, 'outward'),
      answered: booleanOf(row, 'answered'),
      over: booleanOf(row, 'over'),
      ...some('name', optional(row, 'name', textOf)),
      count: numberOf(row, 'count'),
      first: dateOf(row, 'first'),
      last: dateOf(row, 'last'),
    }))
  })
}
