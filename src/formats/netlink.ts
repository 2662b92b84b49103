/** `NETLINK_NETFILTER` of linux/netlink.h. */
const netfilter = '12'
/** Who listens to begins and ends of connections and to nothing else: a bit for each of the two groups. */
const groups = '00000005'

/**
 * How many begins and ends of connections the kernel could not tell those who listen to them, as their buffers were
 * full, from `/proc/net/netlink`; 0 where it does not say.
 */
export function parseNetlinkDrops(text: string): number {
  return text
    .split('\n')
    .map((line) => line.slice(0, 200).trim().split(/\s+/))
    .filter(([, protocol, , group]) => protocol === netfilter && group === groups)
    .reduce((sum, { 8: drops = '' }) => sum + (/^\d{1,10}$/.test(drops) ? Number(drops) : 0), 0)
}
