import type { Bridge } from '../core/bridge.ts'

/** The registry: one import and one line for each plugin. */
export const bridges: readonly Bridge[] = []
