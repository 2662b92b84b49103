import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Reading } from '../../src/core/observation.ts'
import { openStore } from '../../src/store/open.ts'
import { makeFolder, startDaemon, until } from '../daemon.ts'
import { machinesOf } from '../network.ts'
import { type Alert, home, type Story } from './house.ts'

/** Run on the router of a network that the process with this number has made. */
const machines = machinesOf(Number(process.env['HOUSE_PID']))
const hour = 3_600_000
const provider = '203.0.113.80'

/** Sixty hours in which both answered each packet within a millisecond. */
async function learn(folder: string): Promise<void> {
  const store = await openStore({ folder, now: () => new Date() })
  const end = Math.floor(Date.now() / hour) * hour
  const rows = Array.from({ length: 60 }, (_, index) => new Date(end - (60 - index) * hour + 60_000)).flatMap(
    (at) =>
      [provider, home.phone].flatMap((sensor): Reading[] => [
        { kind: 'reading', at, quantity: 'loss', sensor, value: 0, unit: '%' },
        { kind: 'reading', at, quantity: 'rtt', sensor, value: 1, unit: 'ms' },
      ]),
  )
  await store.events.save({ loop: 'collect/ping', observations: rows, imported: true })
  await store.baselines.learn(new Date())
  await store.close()
}

/** Sends over two connections as fast as it may. */
const upload = (
  port: number,
) => `const send = () => require('node:http').request({ host: '192.168.77.1', port: ${port}, method: 'POST' }, (answer) => answer.resume())
for (const asked of [send(), send()]) { const more = () => { while (asked.write(Buffer.alloc(65536, 7))); }; asked.on('drain', more); more() }`

test('lost packets and slow answers are measured and told', async (t) => {
  t.after(() => machines.running.forEach((child) => child.kill('SIGKILL')))
  // The provider loses each third answer; a phone sends as much as its slow link takes.
  await machines.run(
    'server',
    'iptables',
    ...'-A OUTPUT -p icmp --icmp-type echo-reply -m statistic --mode nth --every 3 --packet 1 -j DROP'.split(
      ' ',
    ),
  )
  const sink = createServer((asked) => asked.resume()).listen(0, '192.168.77.1')
  t.after(() => {
    sink.close()
    sink.closeAllConnections()
  })
  await machines.run(
    'phone',
    'tc',
    ...'qdisc add dev eth0 root tbf rate 4mbit burst 16kb latency 200ms'.split(' '),
  )
  const address = sink.address()
  assert.ok(address !== null && typeof address === 'object')
  machines.start('phone', process.execPath, '-e', upload(address.port))

  const folder = await makeFolder(t)
  await learn(join(folder, 'data'))
  const off = ['temperature', 'neighbours', 'dhcp-leases', 'processes', 'containers', 'auth-log', 'syslog']
  const daemon = await startDaemon(folder, {
    house: { learning: 'off' },
    triage: { enabled: false },
    collectors: {
      ping: { targets: [provider, home.phone], every: 10, packets: 3 },
      ...Object.fromEntries(
        [...off, 'auth-journal', 'syslog-journal'].map((name) => [name, { enabled: false }]),
      ),
    },
  })
  t.after(() => daemon.kill())

  const targets = [`loss/${provider}`, `rtt/${home.phone}`]
  const told = async () => {
    const alerts = await daemon.get<Alert[]>('/api/alerts')
    const stories = await Promise.all(alerts.map(({ id }) => daemon.get<Story>(`/api/alerts/${id}`)))
    return stories.flatMap(({ alert }) =>
      alert.signals.map((signal) => ({ ...signal, severity: alert.severity })),
    )
  }
  const signals = await until(
    async () => {
      const found = await told()
      return targets.every((target) => found.some((signal) => signal.target === target)) ? found : undefined
    },
    { seconds: 150, what: () => `signals about ${targets.join()}: ${daemon.output()}` },
  )
  for (const { detector, severity } of signals)
    assert.deepEqual([detector, severity], ['connection-quality', 'low'], JSON.stringify(signals))
  const about = (target: string | undefined) =>
    signals.find((signal) => signal.target === target)?.summary ?? ''
  assert.match(about(targets[0]), /^Of the packets to "203\.0\.113\.80", 33\.3 % are lost, usual are 0 %$/)
  assert.match(about(targets[1]), /^"192\.168\.77\.23" answers after \d+(\.\d)? ms, usual are 1 ms$/)

  const readings = await daemon.post<{ quantity: string; sensor: string; value: number }[]>(
    '/api/events/search',
    {
      kinds: ['reading'],
      limit: 1000,
    },
  )
  const values = (quantity: string, sensor: string) =>
    readings.filter((one) => one.quantity === quantity && one.sensor === sensor).map(({ value }) => value)
  const lost = values('loss', provider).filter((value) => value > 0)
  assert.ok(lost.length >= 5 && lost.every((value) => value === 33.3), lost.join())
  t.diagnostic(
    `loss of the provider: ${values('loss', provider).join()} %; the phone: ${values('rtt', home.phone).join()} ms, ${values('loss', home.phone).join()} %`,
  )
})
