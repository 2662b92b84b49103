import type { Indicator } from '../core/indicator.ts'
import { normalAddress } from '../core/address.ts'
import { toNumber } from './addresses.ts'

/** A network of a list, as the first and last of its addresses. */
export interface Network {
  readonly low: bigint
  readonly high: bigint
  readonly indicator: Indicator
}

/** Finds the networks that an address lies in. */
export type FindNetworks = (address: string) => readonly Indicator[]

/** Networks are nested or apart, never half over one another: so the one that begins last before the address, and those around it. */
export function toFinder(networks: readonly Network[]): FindNetworks {
  const sorted = networks.toSorted((a, b) => compare(a.low, b.low) || compare(b.high, a.high))
  const around = toParents(sorted)
  return (text) => {
    const address = sorted.length === 0 ? undefined : normalAddress(text)
    if (address === undefined) return []
    const number = toNumber(address)
    const found: Indicator[] = []
    for (
      let index: number | undefined = lastBefore(sorted, number);
      index !== undefined;
      index = around[index]
    ) {
      const network = sorted[index]
      if (network && network.high >= number) found.push(network.indicator)
    }
    return found
  }
}

/** For each network, the place of the smallest one around it. */
function toParents(sorted: readonly Network[]): readonly (number | undefined)[] {
  const open: { place: number; high: bigint }[] = []
  return sorted.map(({ low, high }, place) => {
    while ((open.at(-1)?.high ?? low) < low) open.pop()
    const parent = open.at(-1)?.place
    open.push({ place, high })
    return parent
  })
}

/** The place of the last network that begins at or before this number. */
function lastBefore(sorted: readonly Network[], number: bigint): number | undefined {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const network = sorted[middle]
    if (network && network.low <= number) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : low - 1
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}
