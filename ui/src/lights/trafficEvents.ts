import {
  clusters,
  services,
  type MeshConfiguration,
  type MeshProblem,
  type ServiceConfiguration,
  type ServiceName,
  type TrafficRequest,
  type Weights,
} from '../api/traffic'

type Json = Record<string, unknown>

/** Data of a `request` event; null when it is not about a service this page shows. */
export function readRequest(data: string): TrafficRequest | null {
  const json = readObject(data)
  if (!json || !isService(json.service) || typeof json.status !== 'number') return null
  return {
    id: Number(json.id ?? 0),
    service: json.service,
    cluster: text(json.cluster),
    pod: text(json.pod),
    status: json.status,
    durationMs: Number(json.durationMs ?? 0),
    time: text(json.time) ?? '',
    traceId: text(json.traceId) ?? '',
  }
}

/** Data of a `configuration` event; null when it cannot be read. */
export function readConfiguration(data: string): MeshConfiguration | null {
  const json = readObject(data)
  if (!json || !Array.isArray(json.services)) return null
  return {
    services: json.services.filter(isObject).flatMap(readService),
    problems: Array.isArray(json.problems) ? json.problems.filter(isObject).map(readMeshProblem) : [],
  }
}

/** Data of a `lost` event: how many events this reader was too slow for. */
export function readLost(data: string): number {
  const count = readObject(data)?.count
  return typeof count === 'number' && count > 0 ? count : 0
}

function readService(json: Json): ServiceConfiguration[] {
  if (!isService(json.service)) return []
  return [{ service: json.service, resourceVersion: text(json.resourceVersion), weights: readWeights(json.weights) }]
}

/** A cluster that the route does not name gets no traffic: weight 0. */
function readWeights(value: unknown): Weights | null {
  if (!isObject(value)) return null
  return Object.fromEntries(clusters.map((cluster) => [cluster, Number(value[cluster] ?? 0)])) as Weights
}

function readMeshProblem(json: Json): MeshProblem {
  return {
    file: text(json.file) ?? '',
    line: typeof json.line === 'number' ? json.line : null,
    resource: text(json.resource),
    message: text(json.message) ?? '',
  }
}

function readObject(data: string): Json | null {
  try {
    const json: unknown = JSON.parse(data)
    return isObject(json) ? json : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isService = (value: unknown): value is ServiceName => services.some((service) => service === value)
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
