import { send } from './http'
import type { ServiceName } from './traffic'

/** One pod of a service, as whoever runs it knows it. */
export interface Pod {
  service: ServiceName
  cluster: string
  pod: string
  ready: boolean
  /** In the words of whoever runs it, such as `ready`, `starting`, `down`, `terminating`. */
  condition: string
}

export interface FleetDrill {
  /** False where nobody could take a cluster down: on Kubernetes, or without the launcher. */
  available: boolean
  clusters: { cluster: string; down: boolean; since: string | null; user: string | null }[]
}

/** What runs, and what was taken down on purpose. */
export interface Fleet {
  drill: FleetDrill
  /** Null when it is not known. */
  pods: Pod[] | null
}

export const getFleet = () => send<Fleet>('GET', '/api/mesh/fleet', { anonymous: true })
