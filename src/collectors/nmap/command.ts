import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { codeOf } from '../../core/errors.ts'

/** Ports that devices and programs of homes listen on, and those that malware opens. */
export const usualPorts =
  '7,9,13,19-26,37,53,79-90,106,110-113,119,135,139,143,179,199,389,427,443-445,465,500,512-515,543-544,548,554,' +
  '587,593,623,631,636,646,873,888,902,990,993,995,1024-1030,1080,1194,1433-1434,1521,1720,1723,1883,1900,2000-2001,' +
  '2049,2121,2181,2222,2323,2375-2376,2379-2380,2869,3000-3001,3128,3260,3306,3389,3478,3689,4000-4001,4369,4443-4444,' +
  '4840,4899,5000-5009,5037,5051,5060-5061,5222,5269,5357,5431-5432,5555,5601,5631,5666,5672,5683,5800,5900-5903,5938,' +
  '5984-5986,6000-6001,6053,6379,6443,6667,7000-7001,7070,7474,7547,7681,8000-8010,8060,8080-8090,8123,8181,8222,8291,' +
  '8333,8443-8444,8554,8600,8728-8729,8834,8883,8888-8889,9000-9002,9042,9080-9100,9200,9300,9418,9443,9600,9999-10001,' +
  '10243,11211,11434,15672,16992,18789,20000,25565,27017-27019,32400,34567,37777,49152-49157,50000,51413,52869,54321,62078'

/** What of the options is for nmap itself. */
export interface Asked {
  readonly exclude: readonly string[]
  readonly which: string
  readonly versions: boolean
  readonly names: boolean
  readonly rate: number
  readonly limit: number
}

/** What nmap is given: nothing that an option says stands where nmap would read a flag. */
export function toArguments(
  scan: 'hosts' | 'ports',
  targets: readonly string[],
  { exclude, which, versions, names, rate, limit }: Asked,
  isRaw: boolean,
): string[] {
  const isSix = targets.some((each) => isIPv6(each.split('/')[0] ?? ''))
  const left = exclude.filter((each) => isIPv6(each.split('/')[0] ?? '') === isSix)
  return [
    ...['-oX', '-', '-T3', '--max-rate', String(rate), isRaw ? '--privileged' : '--unprivileged'],
    ...(isSix ? ['-6'] : []),
    ...(names ? [] : ['-n']),
    ...(scan === 'hosts' ? ['-sn'] : [isRaw ? '-sS' : '-sT', '-p', `T:${which}`, '--max-retries', '2']),
    ...(scan === 'ports' && versions ? ['-sV', '--version-light'] : []),
    ...(scan === 'ports' ? ['--host-timeout', `${Math.max(30, Math.floor(limit / 2))}s`] : []),
    ...(left.length > 0 ? ['--exclude', left.join(',')] : []),
    ...['--', ...targets],
  ]
}

/** Whether this process and what it starts may make packets of their own: root, and with the right NET_RAW where the kernel tells. */
export async function mayUseRawSockets(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  try {
    const status = await readFile('/proc/self/status', 'utf8')
    const rights = /^CapEff:\s*([\da-f]{1,16})$/m.exec(status)?.[1]
    return rights === undefined || ((BigInt(`0x${rights}`) >> 13n) & 1n) === 1n
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
}

/** Whether these are ports such as `22,80,8000-8100`. */
export function isPortList(text: string): boolean {
  return text.split(',').every((part) => {
    const [first, last = first, more] = part.split('-')
    const isPort = (each = '') => /^\d{1,5}$/.test(each) && Number(each) > 0 && Number(each) < 65_536
    return more === undefined && isPort(first) && isPort(last) && Number(first) <= Number(last)
  })
}
