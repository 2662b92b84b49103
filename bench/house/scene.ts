import { bad, openHouse } from '../../tests/house/house.ts'
import { until } from '../../tests/daemon.ts'

/** Run by `bench/house.ts` on the router. */
const times = Number(process.argv[2])
const house = await openHouse(Number(process.env['HOUSE_PID']))
const { machines, discord } = house

/** Milliseconds since 1970 when the device began, as it says itself, until a message with these words is there. */
async function tellTime(act: Promise<string>, words: string): Promise<number> {
  const seen = await until(
    () => (JSON.stringify(discord.messages()).includes(words) ? Date.now() : undefined),
    { seconds: 30, what: () => words },
  )
  return seen - Number(await act)
}

/** Each time another device: one that has an open alert is not told of again. */
async function beSomebody(machine: string, index: number): Promise<string> {
  const address = `192.168.77.${100 + index}`
  await machines.run(machine, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0')
  return address
}

const asked = (address: string) => `const { Resolver } = require('node:dns/promises')
const resolver = new Resolver({ timeout: 2000, tries: 1 })
resolver.setServers(['192.168.77.1'])
resolver.setLocalAddress('${address}')
console.log(Date.now())
resolver.resolve4('${bad}').catch(() => undefined)`

function show(what: string, found: readonly number[]): void {
  const sorted = found.toSorted((a, b) => a - b)
  const at = (share: number) =>
    ((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(2)
  console.log(
    `${what}: median ${at(0.5)} s, 90 % ${at(0.9)} s, 99 % ${at(0.99)} s, longest ${at(1)} s (${sorted.length})`,
  )
}

try {
  const lookups: number[] = []
  for (let index = 0; index < times; index += 1) {
    const address = await beSomebody('camera', index)
    const act = machines.run('camera', process.execPath, '-e', asked(address))
    lookups.push(await tellTime(act, `${address}: Asked for`))
  }
  show('a name on a threat list', lookups)
} finally {
  await house[Symbol.asyncDispose]()
  process.exit(0)
}
