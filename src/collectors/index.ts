import type { Collector } from '../core/collector.ts'

/** The registry: one import and one line for each plugin. */
export const collectors: readonly Collector[] = []
