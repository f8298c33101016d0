import { send } from './http'
import type { TrafficRequest } from './traffic'
import type { Schemas } from './schemas'

/** A destination of a route and its share of the sum of all weights. */
export type WeightedDestination = Gateway['ExplainedWeight']

/** One try; without a status there was no answer, and the flag (Envoy's letters) tells why. */
export type Attempt = Gateway['ExplainedAttempt']

/** Why one request went where it went, as the mesh tells it. */
export type Explanation = Gateway['MeshExplanation']

export type ExplainedRequest = TrafficRequest & Pick<Gateway['ExplainedRequest'], 'method' | 'path'> & {
  /** Null when the request did not come as far as the mesh. */
  explanation: Explanation | null
}

/** @param anonymous whoever has no session is told of the requests of this browser alone */
export const getRequest = (id: number, anonymous: boolean) =>
  send<ExplainedRequest>('GET', `/api/traffic/requests/${id}`, { anonymous })

type Gateway = Schemas['gateway']
