import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { ask } from '../../src/core/http.ts'

/** What is said of a server that does this with each connection once the question has come. */
async function saidOf(end: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => end(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const host = `127.0.0.1:${address.port}`
  const error: unknown = await ask(`http://${host}/secret`, { stop: AbortSignal.timeout(10_000) }).catch(
    (thrown: unknown) => thrown,
  )
  server.close()
  await once(server, 'close')
  assert.ok(error instanceof UnavailableError)
  return error.message.replace(host, 'the server')
}

test('a connection that breaks is the same trouble however it breaks', async () => {
  const ways = [
    (socket: Socket) => socket.resetAndDestroy(),
    (socket: Socket) => socket.destroy(),
    (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'),
  ]
  for (const way of ways) assert.equal(await saidOf(way), 'the server does not answer (the connection broke)')
})
