import type { HostScan, Service } from '../../core/observation.ts'
import { dateOf, numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, text, type Kind } from './column.ts'

/** How a look for a machine is stored. */
export const hostScan: Kind<HostScan> = {
  table: 'host_scan',
  columns: [
    text('state', ({ state }) => state),
    text('ports', ({ ports }) => ports),
    number('open', ({ open }) => open),
  ],
  toObservation: (row) => ({
    kind: 'host-scan',
    at: dateOf(row, 'at'),
    address: textOf(row, 'address'),
    state: wordOf(row, 'state'),
    ...some('ports', optional(row, 'ports', textOf)),
    ...some('open', optional(row, 'open', numberOf)),
  }),
}

/** How an open port is stored. */
export const service: Kind<Service> = {
  table: 'service',
  columns: [
    text('protocol', ({ protocol }) => protocol),
    number('port', ({ port }) => port),
    text('service', ({ service }) => service),
    text('product', ({ product }) => product),
    text('version', ({ version }) => version),
  ],
  toObservation: (row) => ({
    kind: 'service',
    at: dateOf(row, 'at'),
    address: textOf(row, 'address'),
    protocol: wordOf(row, 'protocol'),
    port: numberOf(row, 'port'),
    ...some('service', optional(row, 'service', textOf)),
    ...some('product', optional(row, 'product', textOf)),
    ...some('version', optional(row, 'version', textOf)),
  }),
}
