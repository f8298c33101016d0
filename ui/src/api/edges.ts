/** Calls from one service to another or to a store in the last second, by the caller's own counts. */
export interface Edge {
  from: { name: string; cluster: string }
  /** The cluster is null when nobody answered, or for a store. */
  to: { name: string; cluster: string | null }
  store: boolean
  perSecond: number
  errorsPerSecond: number
  p95Ms: number | null
}
