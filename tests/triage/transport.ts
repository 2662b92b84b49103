import type { ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import { line, ndjson, valid, type Reaction } from './ollama-double.ts'

/** What networks and things in between do. */
export const transport: readonly Fault[] = [
  { name: 'a page instead', reaction: page(200), status: 'invalid', calls: 2 },
  { name: 'a page of an error', reaction: page(500), status: 'invalid', calls: 2 },
  {
    name: 'lines that are not JSON',
    reaction: (response) => {
      ndjson(response)
      response.end('not json\nat all\n')
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'lines that are JSON but no objects',
    reaction: (response) => {
      ndjson(response)
      response.end('5\nnull\n[]\n')
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'cut inside a line',
    reaction: (response, body) => {
      ndjson(response)
      response.write(line(body, '{"analysis":"Four').slice(0, 90), () => response.destroy())
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'ended without a last line',
    reaction: (response, body) => {
      ndjson(response)
      response.end(line(body, valid()))
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'an empty body',
    reaction: (response) => void response.writeHead(200).end(),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'ten million bytes',
    reaction: (response, body) => {
      ndjson(response)
      const one = line(body, 'a'.repeat(1000))
      for (let sent = 0; sent < 10_000_000 && !response.destroyed; sent += one.length) response.write(one)
      response.end()
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'a line of a million characters',
    reaction: (response) => {
      ndjson(response)
      response.end('a'.repeat(1_000_000))
    },
    status: 'invalid',
    calls: 2,
  },
  { name: 'silence', reaction: () => undefined, status: 'timeout', calls: 1 },
  {
    name: 'silence after the first word',
    reaction: (response, body) => {
      ndjson(response)
      response.write(line(body, '{"analysis":"'))
    },
    status: 'timeout',
    calls: 1,
  },
  { name: 'a byte at a time, without end', reaction: trickle, status: 'timeout', calls: 1 },
]

function page(status: number): Reaction {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>')
}

function trickle(response: ServerResponse): void {
  ndjson(response)
  const more = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(more))
}
