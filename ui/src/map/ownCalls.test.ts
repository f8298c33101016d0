import { expect, it } from 'vitest'
import type { Edge } from '../api/edges'
import { storeName, sumCalls, type OwnCalls } from './ownCalls'

const edge = (from: string, cluster: string, to: string, toCluster: string | null, change: Partial<Edge> = {}): Edge => ({
  from: { name: from, cluster }, to: { name: to, cluster: toCluster }, store: toCluster === null,
  perSecond: 4, errorsPerSecond: 1, p95Ms: 2,
  ...change,
})

it('sums calls up by whom they go to, in both clusters', () => {
  const calls = sumCalls(
    [
      edge('message-service', 'ctx1', 'user-service', 'ctx1'),
      edge('message-service', 'ctx1', 'user-service', 'ctx2', { p95Ms: 9 }),
      edge('message-service', 'ctx1', 'sqlite', null),
      edge('gateway', 'ctx1', 'redis', null),
      edge('stranger', 'ctx1', 'redis', null),
    ],
    new Map(),
  )
  expect(calls.get('message-service@ctx1')).toEqual([
    { to: 'sqlite', store: 'database', clusters: [], perSecond: 4, errorsPerSecond: 1, p95Ms: 2 },
    { to: 'user-service', store: null, clusters: ['ctx1', 'ctx2'], perSecond: 8, errorsPerSecond: 2, p95Ms: 9 },
  ])
  expect([...calls.keys()]).toEqual(['message-service@ctx1', 'gateway'])
  expect([storeName(calls, 'database'), storeName(calls, 'redis'), storeName(calls, 'kafka')]).toEqual(['sqlite', 'redis', null])
})

it('keeps an edge that was seen, with nothing on it', () => {
  const before: OwnCalls = sumCalls([edge('log-service', 'ctx2', 'kafka', null)], new Map())
  expect(sumCalls([], before).get('log-service@ctx2')).toEqual([
    { to: 'kafka', store: 'kafka', clusters: [], perSecond: 0, errorsPerSecond: 0, p95Ms: null },
  ])
})
