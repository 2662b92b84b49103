/** A way out of the network. */
interface Route {
  readonly gateway: string
  /** The less the better. */
  readonly metric: number
}

/** A route that is up, and leads through a gateway. */
const wanted = 0x1 | 0x2

/** The gateway of the best default route in `/proc/net/route`; its numbers are in the machine's own byte order. */
export function parseRoutes(text: string, order: 'LE' | 'BE'): string | undefined {
  return best(
    text.split('\n').flatMap((line): Route[] => {
      const [, destination, gateway = '', flags = '', , , metric, mask] = line.slice(0, 400).split(/\s/)
      const isDefault = destination === '00000000' && mask === '00000000' && isWanted(flags)
      if (!isDefault || !/^[\dA-F]{8}$/i.test(gateway)) return []
      const bytes = [...Buffer.from(gateway, 'hex')]
      return [{ gateway: (order === 'LE' ? bytes.toReversed() : bytes).join('.'), metric: Number(metric) }]
    }),
  )
}

/** The gateway of the best default route in `/proc/net/ipv6_route`, with its interface: it is mostly a link-local address. */
export function parseRoutes6(text: string): string | undefined {
  return best(
    text.split('\n').flatMap((line): Route[] => {
      const [destination, size, , , gateway = '', metric = '', , , flags = '', device] = line
        .slice(0, 400)
        .trim()
        .split(/\s+/)
      const isDefault = destination === '0'.repeat(32) && size === '00' && isWanted(flags)
      if (!isDefault || !/^[\da-f]{32}$/i.test(gateway) || device === undefined) return []
      const groups = gateway.match(/.{4}/g) ?? []
      return [{ gateway: `${groups.join(':')}%${device}`, metric: Number.parseInt(metric, 16) }]
    }),
  )
}

function isWanted(flags: string): boolean {
  return (Number.parseInt(flags, 16) & wanted) === wanted
}

function best(routes: readonly Route[]): string | undefined {
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.gateway
}
