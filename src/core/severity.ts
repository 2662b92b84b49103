/** How bad an alert is, in the four words of the product. */
export const severities = ['none', 'low', 'medium', 'high'] as const
export type Severity = (typeof severities)[number]

/** 0 for `none` to 3 for `high`: for comparing, never for showing. */
export function rank(severity: Severity): number {
  return severities.indexOf(severity)
}

/** The worse of two. */
export function worse(a: Severity, b: Severity): Severity {
  return rank(a) >= rank(b) ? a : b
}

/** The severities that the rules allow an alert. */
export interface Band {
  readonly floor: Severity
  readonly default: Severity
  readonly ceiling: Severity
}

/** The nearest severity inside the band: the one gate that every model's answer passes (I1). */
export function clamp(severity: Severity, band: Band): Severity {
  if (rank(severity) < rank(band.floor)) return band.floor
  if (rank(severity) > rank(band.ceiling)) return band.ceiling
  return severity
}
