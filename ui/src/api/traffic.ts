import { send } from './http'

export const services = ['user-service', 'message-service', 'log-service'] as const
export type ServiceName = (typeof services)[number]

export const clusters = ['ctx1', 'ctx2'] as const
export type ClusterName = (typeof clusters)[number]

/** Percent of a service's requests by cluster; whole numbers that add up to 100. */
export type Weights = Record<ClusterName, number>

/** What the mesh is told to do with one service; nulls when no VirtualService is in force. */
export interface ServiceConfiguration {
  service: ServiceName
  resourceVersion: string | null
  weights: Weights | null
}

/** A part of the mesh's configuration that was refused, and where it stands. */
export interface MeshProblem {
  file: string
  line: number | null
  resource: string | null
  message: string
}

export interface MeshConfiguration {
  services: ServiceConfiguration[]
  problems: MeshProblem[]
}

/** One routed request; `cluster` is null when no service answered it. */
export interface TrafficRequest {
  id: number
  service: ServiceName
  cluster: string | null
  pod: string | null
  status: number
  durationMs: number
  time: string
  traceId: string
}

export interface TrafficCounts {
  total: number
  errors: number
  unanswered: number
  clusters: Record<string, number>
  pods: Record<string, number>
}

export interface TrafficSnapshot {
  startedAt: string
  window: number
  services: (ServiceConfiguration & { recent: TrafficCounts; sinceStart: TrafficCounts })[]
  problems: MeshProblem[]
}

export const trafficEventsPath = '/api/traffic/events'

export const getTraffic = () => send<TrafficSnapshot>('GET', '/api/traffic', { anonymous: true })

export const putWeights = (service: ServiceName, weights: Weights, resourceVersion: string | null) =>
  send<ServiceConfiguration>('PUT', `/api/traffic/weights/${service}`, { body: { weights, resourceVersion } })
