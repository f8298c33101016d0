import { expect, it } from 'vitest'
import { readConfiguration, readFleet, readLost, readMark, readRequest, readSecond, readService } from './trafficEvents'

const request = {
  id: 17,
  service: 'user-service',
  cluster: 'ctx1',
  pod: 'user-service-ctx1-754bc8dd6f-kghtc',
  status: 200,
  durationMs: 1.93,
  time: '2026-11-20T22:00:00Z',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  traced: true,
  flags: null,
  rule: null,
  heading: 'ctx1',
  cause: null,
  delayMs: 0,
  tries: [],
  mirrors: [],
}

it('reads a routed request', () => {
  expect(readRequest(JSON.stringify(request))).toEqual(request)
  expect(readRequest(JSON.stringify({ ...request, cluster: null, pod: null }))).toMatchObject({ cluster: null, pod: null })
  expect(readRequest(JSON.stringify({ ...request, flags: 'UF,URX' }))).toMatchObject({ flags: 'UF,URX' })
  expect(readRequest(JSON.stringify({ ...request, flags: '' }))).toMatchObject({ flags: null })
})

it.each(['', 'null', '[]', '{', JSON.stringify({ ...request, service: 'billing' }), JSON.stringify({ ...request, status: undefined })])(
  'passes over what is no request of a known service: %s',
  (data) => {
    expect(readRequest(data)).toBeNull()
  },
)

it('reads weights, a cluster the route does not name as 0, and problems', () => {
  const resource = { kind: 'VirtualService', namespace: 'messageboard', name: 'user-service' }
  const data = {
    services: [
      { service: 'user-service', resource, resourceVersion: '7', weights: { ctx2: 100 } },
      { service: 'log-service', resourceVersion: null, weights: null },
      { service: 'billing', resourceVersion: '1', weights: {} },
    ],
    problems: [{ file: 'user-service.yaml', line: 12, message: 'weight: has to be a number' }],
    clusters: [
      { cluster: 'ctx1', staleSince: null, reason: null },
      { cluster: 'ctx2', staleSince: '2026-11-21T08:00:00Z', reason: 'does not answer' },
      'ctx3',
    ],
  }
  expect(readConfiguration(JSON.stringify(data))).toEqual({
    services: [
      { service: 'user-service', resource, resourceVersion: '7', weights: { ctx1: 0, ctx2: 100 }, rules: null },
      { service: 'log-service', resource: null, resourceVersion: null, weights: null, rules: null },
    ],
    problems: [{ file: 'user-service.yaml', line: 12, resource: null, message: 'weight: has to be a number' }],
    clusters: data.clusters.slice(0, 2),
  })
  expect(readConfiguration('{"services":[]}')).toEqual({ services: [], problems: [], clusters: [] })
  expect(readConfiguration('nothing')).toBeNull()
})

it('reads how many events were lost', () => {
  expect(readLost('{"count":12}')).toBe(12)
  expect(readLost('{}')).toBe(0)
})

it('reads the rules beside the weights, with nulls for what is not set', () => {
  const row = (rules: unknown) => readService({ service: 'user-service', resourceVersion: '7', weights: { ctx1: 100 }, rules })?.rules
  const fault = { delay: { percentage: 50, seconds: 2 }, abort: null }
  expect(row({ canarySubset: null, fault, timeoutSeconds: 3, retries: { attempts: 2, retryOn: '5xx' } })).toEqual({
    canarySubset: null,
    fault: { delay: { seconds: 2, percentage: 50 }, abort: null },
    timeoutSeconds: 3,
    retries: { attempts: 2, perTryTimeoutSeconds: null, retryOn: '5xx' },
  })
  expect(row({})).toEqual({ canarySubset: null, fault: { delay: null, abort: null }, timeoutSeconds: null, retries: null })
  expect(row(null)).toBeNull()
})

it('takes an unknown cause, and a missing one of what nobody answered, for an unknown one', () => {
  const read = (change: object) => readRequest(JSON.stringify({ ...request, ...change }))?.cause
  expect(read({})).toBeNull()
  expect(read({ cause: 'abort' })).toBe('abort')
  expect(read({ cause: 'sabotage' })).toBe('unknown')
  expect(read({ cluster: null, cause: undefined })).toBe('unknown')
})

it('passes over what it cannot read of the other events', () => {
  const point = { time: 1, total: 2, drawn: { ctx1: 2 }, errors: 0, p50Ms: 1, p95Ms: 2, weights: null }
  expect(readSecond(JSON.stringify({ services: [{ service: 'log-service', point }, { service: 'billing', point }, 7] }))).toEqual([
    { service: 'log-service', point },
  ])
  expect(readFleet('{"drill":{"available":false,"clusters":[]},"pods":null}')).toMatchObject({ pods: null })
  expect(readFleet('{"pods":[]}')).toBeNull()
  expect(readMark('{"kind":"drill","time":"2026-11-27T09:00:00Z"}')).toMatchObject({ kind: 'drill' })
  expect(readMark('{}')).toBeNull()
})
