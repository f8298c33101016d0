import { send } from './http'
import type { ServiceName } from './traffic'
import type { Narrow, Schemas } from './schemas'

/** One pod of a service, as whoever runs it knows it. */
export type Pod = Narrow<Schemas['gateway']['FleetPod'], { service: ServiceName }>

export type FleetDrill = Schemas['gateway']['FleetDrill']

/** What runs, and what was taken down on purpose. */
export type Fleet = Narrow<Schemas['gateway']['FleetReport'], { pods: Pod[] | null }>

export const getFleet = () => send<Fleet>('GET', '/api/mesh/fleet', { anonymous: true })
