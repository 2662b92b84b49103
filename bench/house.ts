import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { home } from '../tests/house/house.ts'
import { makeNetwork } from '../tests/network.ts'

/**
 * From a device's act to the message, in a whole home of network namespaces (needs root): a name on a threat list is
 * asked of a real dnsmasq. So many times, 50 unless a number is given.
 */
await using network = await makeNetwork({ home, accounting: true })
const times = process.argv[2] ?? '50'
const scene = fileURLToPath(new URL('house/scene.ts', import.meta.url))
await execa('ip', ['netns', 'exec', network.spaceOf('router'), process.execPath, scene, times], {
  stdio: 'inherit',
  env: { HOUSE_PID: String(process.pid) },
})
