import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { makeNmapReader } from '../../src/formats/nmap-xml.ts'

const folder = join(import.meta.dirname, 'nmap-xml')
const read = (name: string) => readFileSync(join(folder, `${name}.xml`), 'utf8')

function parse(text: string, size = text.length) {
  const reader = makeNmapReader()
  const hosts = []
  for (let at = 0; at < text.length; at += size) hosts.push(...reader.take(text.slice(at, at + size)))
  return { hosts, ...reader.end() }
}

describe('the XML of nmap', () => {
  it('tells machines, names and open ports', () => {
    const { hosts, finished, asked } = parse(read('libnmap-2_hosts_version'))
    assert.equal(finished, true)
    assert.ok((asked['tcp'] ?? '').length > 0)
    assert.deepEqual(
      hosts.map(({ address, state, ports }) => ({ address, state, open: ports.map(({ port }) => port) })),
      [
        { address: '127.0.0.1', state: 'up', open: [22, 25, 111, 631, 3306] },
        { address: '74.207.244.221', state: 'up', open: [22, 80, 9929] },
      ],
    )
    const products = parse(read('libnmap-1_os_banner_scripts')).hosts.flatMap(({ ports }) =>
      ports.flatMap(({ product = [] }) => product),
    )
    assert.ok(products.includes('OpenSSH'))
  })

  it('is the same in whatever pieces it comes', () => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.xml'))) {
      const text = read(file.replace('.xml', ''))
      assert.deepEqual(parse(text, 7), parse(text), file)
    }
  })

  it('tells MACs, and no ports where none were asked', () => {
    const { hosts, asked } = parse(read('libnmap-1_host_ping'))
    assert.deepEqual(hosts[0]?.mac, '02:42:ac:1c:01:03')
    assert.deepEqual(asked, {})
  })

  it('keeps what was whole of what was cut off, and says so', () => {
    const text = read('libnmap-2_hosts_version')
    const { hosts, finished, error } = parse(text.slice(0, text.indexOf('74.207.244.221', 3000)))
    assert.deepEqual([hosts.length, finished], [1, false])
    assert.match(error ?? '', /end|closed|tag/)
    assert.match(parse('').error ?? '', /end|root/)
  })

  it('says why a scan failed', () => {
    const { finished, error } = parse(
      '<nmaprun><runstats><finished time="1" exit="error" errormsg="Couldn&apos;t open a raw socket"/></runstats></nmaprun>',
    )
    assert.deepEqual([finished, error], [false, "Couldn't open a raw socket"])
  })

  it('expands nothing and stays within its bounds', () => {
    assert.deepEqual(parse(read('libnmap-defused_et_local_includer')).hosts, [])
    const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><nmaprun><host><address addr="10.0.0.1" addrtype="ipv4"/><hostnames><hostname name="&b;&b;"/></hostnames></host></nmaprun>`
    assert.match(parse(bomb).error ?? '', /entity/)
    assert.match(parse('<a>'.repeat(100)).error ?? '', /deep/)
    assert.match(parse(`<nmaprun a="${'x'.repeat(5_000_000)}`).error ?? '', /too long/)
    const name = 'n'.repeat(100_000)
    const [host] = parse(
      `<nmaprun><host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><hostnames><hostname name="${name}"/></hostnames></host>`,
    ).hosts
    assert.equal(host?.hostnames[0]?.length, 255)
  })

  it('throws at nothing', () => {
    const whole = read('libnmap-1_hosts')
    const place = fc.nat(whole.length)
    fc.assert(
      fc.property(place, place, fc.string({ maxLength: 20 }), (from, to, noise) => {
        parse(whole.slice(0, from) + noise + whole.slice(to))
      }),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parse(text)))
    assert.notEqual(parse('<nmaprun><!\ud800').error, undefined)
  })
})
