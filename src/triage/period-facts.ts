import { thisMachine } from '../core/device.ts'
import { severities, type Severity } from '../core/severity.ts'
import { evidenceId, toIssues } from './facts.ts'
import { isOdd, type Period, type PeriodRow } from './period.ts'
import { toLogWords, toName, toNumber, toOwnWords, type Clean } from './sanitise.ts'
import { toUsual, toZ, type UsualFacts } from './usual.ts'

/** All that a question about a period is built from (I5). */
export interface PeriodFacts {
  readonly allowed: readonly Severity[]
  /** Whole hours, at least one. */
  readonly hours: number
  readonly devices: number
  /** `E1` stands for the first. */
  readonly rows: readonly PeriodRowFacts[]
  readonly knownIssues: readonly Clean[]
  readonly constraints: Clean
}

export interface PeriodRowFacts {
  /** `d1`, `d2` … in the order in which they come up: no device's name is told. Absent: the house. */
  readonly device: string | undefined
  readonly metric: Clean
  readonly value: Clean | string
  readonly usual: UsualFacts | undefined
  readonly z: Clean | undefined
  /** Found odd by us. */
  readonly isOdd: boolean
}

/** What may be told to a model of this period, and nothing else; its rows must be those that `toTelling` gave. */
export function toPeriodFacts({ from, to, devices, rows, knownIssues, constraints }: Period): PeriodFacts {
  const named = [...new Set(rows.flatMap(({ device }) => (device === undefined ? [] : [device])))]
  const nameOf = ({ device }: PeriodRow) => {
    if (device === undefined) return undefined
    return device === thisMachine ? 'this machine' : `d${named.indexOf(device) + 1}`
  }
  return {
    allowed: rows.some(isOdd) ? severities : severities.filter((severity) => severity !== 'high'),
    hours: Math.max(1, Math.round((to.getTime() - from.getTime()) / 3_600_000)),
    devices,
    rows: rows.map((row) => ({ device: nameOf(row), isOdd: isOdd(row), ...toCells(row) })),
    knownIssues: toIssues(knownIssues),
    constraints: toOwnWords(constraints, 600),
  }
}

/** Ids of evidence, as the answer must cite them. */
export function idsOf({ rows }: PeriodFacts): readonly string[] {
  return rows.map((_, index) => evidenceId(index))
}

function toCells(row: PeriodRow): Pick<PeriodRowFacts, 'metric' | 'value' | 'usual' | 'z'> {
  if (row.kind === 'number')
    return {
      metric: toName(row.subject),
      value: toNumber(row.value),
      usual: row.usual && toUsual(row.usual, row.at),
      z: row.usual && toZ(row.value, row.usual, row.at),
    }
  if (row.kind === 'new')
    return { metric: toName('new'), value: toName(row.what), usual: undefined, z: undefined }
  return {
    metric: toName(`log/${row.program.slice(0, 32)}`),
    value: `${toLogWords(row.template)} ${row.count} times`,
    usual: undefined,
    z: undefined,
  }
}
