import type { Narrow, Schemas } from './schemas'

/** Calls from one service to another or to a store in the last second, by the caller's own counts. */
export type Edge = Narrow<Schemas['gateway']['Edge'], { from: { name: string; cluster: string } }>
