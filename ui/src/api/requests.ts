import { send } from './http'
import type { TrafficRequest } from './traffic'

/** A destination of a route and its share of the sum of all weights. */
export interface WeightedDestination {
  host: string
  subset: string | null
  weight: number
}

/** One try; without a status there was no answer, and the flag (Envoy's letters) tells why. */
export interface Attempt {
  workload: string | null
  endpoint: string | null
  status: number | null
  flag: string | null
  /** What more is known of why there was no answer. */
  reason: string | null
}

/** Why one request went where it went, as the mesh tells it. */
export interface Explanation {
  host: string
  /** `namespace/name` */
  virtualService: string | null
  /** The HTTPRoute that decided in a VirtualService's place. */
  httpRoute: string | null
  /** The route taken; `match` is the place of the match that held, null when the route has none. */
  route: {
    index: number
    name: string | null
    match: number | null
    matchName: string | null
    /** The rule of another VirtualService that stands in this one's place. */
    delegate: { virtualService: string; index: number; match: number | null } | null
  } | null
  /** From 0 to below the sum of the weights. */
  draw: number | null
  weights: WeightedDestination[]
  /** Not sent: where it would have gone, had it not been aborted before. */
  destination: { host: string; subset: string | null; port: number; loadBalancer: string; sent: boolean } | null
  attempts: Attempt[]
  faults: string[]
  mirrors: string[]
  ejected: string[]
  /** What else there is to say of it, in the mesh's words. */
  notes: string[]
  flags: string
}

export interface ExplainedRequest extends TrafficRequest {
  method: string
  path: string
  /** Null when the request did not come as far as the mesh. */
  explanation: Explanation | null
}

/** @param anonymous whoever has no session is told of the requests of this browser alone */
export const getRequest = (id: number, anonymous: boolean) =>
  send<ExplainedRequest>('GET', `/api/traffic/requests/${id}`, { anonymous })
