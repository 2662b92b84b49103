import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { test, type TestContext } from 'node:test'
import { boundedFetch } from '../../src/triage/bounds.ts'

const bounds = { body: 1000, line: 100, idle: 50 }

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return `http://127.0.0.1:${address.port}`
}

const fetched = async (address: string) => {
  const response = await boundedFetch(bounds, new AbortController().signal)(address)
  return response.text()
}

test('whole lines inside the bounds are passed on', async (context) => {
  const address = await serve(context, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end('{"a":1}\n\n{"b":"ü"}')
  })
  assert.equal(await fetched(address), '{"a":1}\n{"b":"ü"}\n')
})

test('too long a wait, too long a line, too much in all, or what is not JSON ends it', async (context) => {
  const bodies: readonly (readonly [string, RegExp])[] = [
    ['{"a":1}\n', /nothing more came/],
    [`"${'a'.repeat(200)}"\n`, /endless line/],
    ['{"a":1}\n'.repeat(200), /more than 1000 bytes/],
    ['{"a":\n', /JSON/],
  ]
  for (const [body, reason] of bodies) {
    const address = await serve(context, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(body)
    })
    await assert.rejects(fetched(address), reason)
  }
})
