import type { Bridge, House } from '../core/bridge.ts'
import type { RequestInput, RequestResult } from '../core/request.ts'
import type { Store } from '../store/store.ts'
import type { ContextOf, Loop } from './supervise.ts'

export interface BridgeTools {
  readonly store: Store
  readonly house: House
  readonly version: string
  readonly context: ContextOf
  ask(request: RequestInput): Promise<RequestResult>
}

/** The loop that keeps one other system in the picture, and does what people ask there. */
export function toBridgeLoop(
  { name, bridge, options }: { name: string; bridge: Bridge; options: unknown },
  { store, house, version, context, ask }: BridgeTools,
): Loop {
  return {
    name,
    title: bridge.title,
    async run(turn) {
      await bridge.run({
        ...context(turn, options),
        instance: store.meta.instance,
        version,
        house,
        ready: () => turn.ok(),
        async ask(request) {
          turn.ok({ count: 1 })
          return ask(request)
        },
      })
    },
  }
}
