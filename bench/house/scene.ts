import { until } from '../../tests/daemon.ts'
import { bad, type House, openHouse } from '../../tests/house/house.ts'

/** Run by `bench/house.ts` on the router. */
const times = Number(process.argv[2])
/** A flood is folded, so each start of the program is asked a few times only. */
const perStart = 7
const found: number[] = []

/** Asks for the name from an address of its own, and says when. */
const asked = (address: string) => `const { Resolver } = require('node:dns/promises')
const resolver = new Resolver({ timeout: 2000, tries: 1 })
resolver.setServers(['192.168.77.1'])
resolver.setLocalAddress('${address}')
console.log(Date.now())
resolver.resolve4('${bad}').catch(() => undefined)`

/** Milliseconds from when a device asks, as it says itself, until Discord shows the message. */
async function measure({ machines, discord }: House, address: string): Promise<number> {
  // Each time another device: one that has an open alert is not told of again.
  await machines.run('camera', 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0')
  const act = machines.run('camera', process.execPath, '-e', asked(address))
  const seen = await until(
    () => (JSON.stringify(discord.messages()).includes(`${address}: Asked for`) ? Date.now() : undefined),
    { seconds: 30, what: () => `a message about ${address}` },
  )
  return seen - Number(await act)
}

for (let device = 100; found.length < times;) {
  await using house = await openHouse(Number(process.env['HOUSE_PID']))
  for (let run = 0; run < perStart && found.length < times; run += 1)
    found.push(await measure(house, `192.168.77.${(device += 1)}`))
}

const sorted = found.toSorted((a, b) => a - b)
const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
console.log(
  JSON.stringify({
    runs: found.length,
    medianMilliseconds: at(0.5),
    p90Milliseconds: at(0.9),
    longestMilliseconds: at(1),
  }),
)
