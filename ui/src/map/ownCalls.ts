import type { Edge } from '../api/edges'
import { clusters, services, type ClusterName, type ServiceName } from '../api/traffic'
import type { Store } from './layout'

/** Calls of one process's sort to another or to a store, in the last second. */
export interface OwnCall {
  /** The service or the store, as the traffic names it. */
  to: string
  store: Store | null
  /** The clusters where a service answered. */
  clusters: ClusterName[]
  perSecond: number
  errorsPerSecond: number
  p95Ms: number | null
}

/** The gateway's calls, or those of a service in a cluster. */
export type Caller = 'gateway' | `${ServiceName}@${ClusterName}`
export type OwnCalls = ReadonlyMap<Caller, readonly OwnCall[]>

export const callerOf = (service: ServiceName, cluster: ClusterName): Caller => `${service}@${cluster}`

/** The service and cluster of a caller; null of the gateway. */
export function readCaller(caller: Caller): { service: ServiceName; cluster: ClusterName } | null {
  if (caller === 'gateway') return null
  const [service, cluster] = caller.split('@') as [ServiceName, ClusterName]
  return { service, cluster }
}

/** What a store is for, by what it is. */
export function storeOf(name: string): Store | null {
  if (name === 'mariadb' || name === 'sqlite') return 'database'
  return name === 'kafka' || name === 'redis' ? name : null
}

/** Sums edges up by who calls whom. Edges that were seen before stay, with nothing on them: what is drawn does not jump. */
export function sumCalls(edges: readonly Edge[], before: OwnCalls): OwnCalls {
  const calls = new Map<Caller, OwnCall[]>()
  for (const [caller, known] of before)
    calls.set(caller, known.map((call) => ({ ...call, perSecond: 0, errorsPerSecond: 0, p95Ms: null })))
  for (const edge of edges) {
    const caller = knownCaller(edge.from)
    if (!caller) continue
    const own = calls.get(caller) ?? []
    calls.set(caller, own)
    let call = own.find(({ to }) => to === edge.to.name)
    if (!call) {
      const store = edge.store ? storeOf(edge.to.name) : null
      call = { to: edge.to.name, store, clusters: [], perSecond: 0, errorsPerSecond: 0, p95Ms: null }
      own.push(call)
    }
    const cluster = clusters.find((known) => known === edge.to.cluster)
    if (cluster && !call.clusters.includes(cluster)) call.clusters.push(cluster)
    call.perSecond += edge.perSecond
    call.errorsPerSecond += edge.errorsPerSecond
    // Of percentiles the worst can be told, not the common one.
    if (edge.p95Ms !== null) call.p95Ms = Math.max(call.p95Ms ?? 0, edge.p95Ms)
  }
  for (const own of calls.values()) own.sort((a, b) => a.to.localeCompare(b.to))
  return calls
}

function knownCaller({ name, cluster }: Edge['from']): Caller | null {
  if (name === 'gateway') return name
  const service = services.find((known) => known === name)
  const home = clusters.find((known) => known === cluster)
  return service && home ? callerOf(service, home) : null
}

/** The name by which the traffic has told of a store; null while it has not. */
export function storeName(calls: OwnCalls, store: Store): string | null {
  for (const own of calls.values()) for (const call of own) if (call.store === store) return call.to
  return null
}
