import { call } from './http'
import type { ServiceName } from './traffic'

/** Who answered, as the response's headers tell. */
export interface Answer {
  status: number
  service: string | null
  cluster: string | null
  pod: string | null
  traceId: string | null
  durationMs: number
}

const paths: Record<ServiceName, string> = {
  'user-service': '/api/users/ping',
  'message-service': '/api/messages/ping',
  'log-service': '/api/logs/ping',
}

/** After this long (ms) a request counts as unanswered. */
const patience = 10_000

/**
 * Sends one request through the mesh.
 * @throws {NetworkError} when no answer came
 */
export async function ping(service: ServiceName, requestHeaders: Record<string, string> = {}): Promise<Answer> {
  const start = performance.now()
  const { status, headers } = await call(paths[service], {
    method: 'GET',
    cache: 'no-store',
    headers: requestHeaders,
    signal: AbortSignal.timeout(patience),
  })
  return {
    status,
    service: headers.get('X-Service-Name'),
    cluster: headers.get('X-Service-Cluster'),
    pod: headers.get('X-Pod-Name'),
    traceId: headers.get('X-Trace-Id'),
    durationMs: performance.now() - start,
  }
}
