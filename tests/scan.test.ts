import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFolder, startDaemon, until } from './daemon.ts'
import { without } from './partners.ts'

test('a scan is done when a person asks for it', { skip: without('nmap') }, async (t) => {
  const folder = await makeFolder(t)
  const nmap = { targets: ['127.0.0.1'], which: '1-3', versions: false, names: false }
  const daemon = await startDaemon(folder, { collectors: { nmap } })
  t.after(() => daemon.kill())
  const scans = async () =>
    (await daemon.post<unknown[]>('/api/events/search', { kinds: ['host-scan'] })).length
  const seen = (least: number) =>
    until(async () => ((await scans()) >= least ? true : undefined), {
      seconds: 30,
      what: () => `${least} scans`,
    })
  await seen(1)
  const asked = await daemon.post<{ ok: boolean; message: string }>('/api/requests', { kind: 'scan' })
  assert.equal(asked.ok, true, asked.message)
  assert.match(asked.message, /Scan of the home/)
  await seen(2)
  const { notices } = await daemon.get<{ notices: string[] }>('/api/status')
  assert.match(
    notices.join(),
    /^nmap looks at 127\.0\.0\.1: every 15 minutes .* every 24 hours .*nmap\.enabled/,
  )
  assert.equal(daemon.output().split(notices[0] ?? 'none').length, 2, 'it is said in the log, once')
  await daemon.stop()
})

test('a scan that is switched off is not begun', async (t) => {
  const daemon = await startDaemon(await makeFolder(t))
  t.after(() => daemon.kill())
  const asked = await daemon.post<{ ok: boolean }>('/api/requests', { kind: 'scan' })
  assert.equal(asked.ok, false)
  await daemon.stop()
})

test('a scan that cannot be done says what is missing', async (t) => {
  const folder = await makeFolder(t)
  const collectors = { nmap: { targets: ['127.0.0.1'] } }
  const daemon = await startDaemon(folder, { collectors }, { PATH: folder })
  t.after(() => daemon.kill())
  const asked = await daemon.post<{ ok: boolean; message: string }>('/api/requests', { kind: 'scan' })
  assert.equal(asked.ok, false)
  assert.match(asked.message, /^There is no program nmap here/)
  const notices = async () => (await daemon.get<{ notices: string[] }>('/api/status')).notices
  await until(async () => ((await notices()).length === 0 ? true : undefined), {
    seconds: 10,
    what: () => 'no word of what nmap would do',
  })
  await daemon.stop()
})
