import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCalled, parsePs, toProcess } from '../../src/formats/processes.ts'

test('a process is known by its program, its name, and what an interpreter runs', () => {
  const python = toProcess('17 (python3) S 1 17', 'python3\0-u\0/opt/zigbee/run.py\0--x\0')
  assert.ok(
    python && isCalled(python, 'run.py') && isCalled(python, 'python3') && !isCalled(python, 'zigbee'),
  )
  const home = toProcess('18 (python3) S 1 18', 'python3\0-m\0homeassistant\0--config\0/config\0')
  assert.ok(home && isCalled(home, 'homeassistant'))
  const sshd = toProcess('19 (sshd) S 1 19', 'sshd: root@pts/0\0')
  assert.ok(sshd && isCalled(sshd, 'sshd'))
  const long = toProcess('20 (systemd-timesyn) S 1 20', '/lib/systemd/systemd-timesyncd\0')
  assert.ok(long && isCalled(long, 'systemd-timesyncd'))
  const kernel = toProcess('21 (a-name-of-fifte) S 2 0', '')
  assert.ok(kernel && isCalled(kernel, 'a-name-of-fifteen-and-more') && !isCalled(kernel, 'a-name'))
})

test('brackets and spaces in a name do not matter', () => {
  const odd = toProcess('22 (a) S (b) R 1 22', 'x\0')
  assert.equal(odd?.comm, 'a) S (b')
})

test('what has ended, and garbage, is no process', () => {
  for (const stat of ['23 (mosquitto) Z 1 23', '', ')', '23 (x', 'x'.repeat(100_000), '(((((())))))'])
    assert.equal(toProcess(stat, ''), undefined, stat.slice(0, 40))
})

test('ps tells the same', () => {
  const printed = 'Ss   /usr/sbin/mosquitto -c /etc/mosquitto.conf\nZ    (sshd)\nR+   ps -axo stat=,args=\n\n'
  assert.deepEqual(
    parsePs(printed).map(({ comm }) => comm),
    ['mosquitto', 'ps'],
  )
})
