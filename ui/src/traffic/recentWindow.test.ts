import { expect, it } from 'vitest'
import type { TrafficRequest } from '../api/traffic'
import { noCounts, RecentWindow } from './recentWindow'

const request = (change: Partial<TrafficRequest> = {}): TrafficRequest => ({
  id: 1,
  service: 'user-service',
  cluster: 'ctx1',
  pod: 'user-service-ctx1-a-b',
  status: 200,
  durationMs: 1,
  time: '2026-11-20T22:00:00Z',
  traceId: '0'.repeat(32),
  traced: true,
  flags: null,
  rule: null,
  heading: change.cluster === undefined ? 'ctx1' : change.cluster,
  cause: null,
  delayMs: 0,
  tries: [],
  mirrors: [],
  ...change,
})

it('lists its newest requests and counts what they tell', () => {
  const window = new RecentWindow()
  for (let id = 1; id <= 102; id++) window.add(request({ id, flags: id === 1 ? 'UH' : id === 101 ? 'UF,URX' : id === 102 ? 'UF' : null }))
  expect(window.newest(3).map(({ id }) => id)).toEqual([102, 101, 100])
  expect(window.seen()).toMatchObject({ total: 100, flags: { UF: 2, URX: 1 } })
})

it('shows the gateway’s counts until it has seen a whole window itself', () => {
  const window = new RecentWindow()
  const gateway = { ...noCounts, total: 100, clusters: { ctx1: 68, ctx2: 32 } }
  window.take(gateway)
  for (let i = 0; i < 99; i++) window.add(request())
  expect(window.counts()).toEqual(gateway)
  window.add(request())
  expect(window.counts()).toMatchObject({ total: 100, clusters: { ctx1: 100 } })
})

it('counts the last 100 requests by cluster, pod and outcome', () => {
  const window = new RecentWindow()
  for (let i = 0; i < 100; i++) window.add(request())
  for (let i = 0; i < 40; i++) window.add(request({ cluster: 'ctx2', pod: 'user-service-ctx2-a-b' }))
  for (let i = 0; i < 3; i++) window.add(request({ cluster: null, pod: null, status: 503 }))
  window.add(request({ status: 500 }))
  window.add(request({ status: 404 }))
  expect(window.counts()).toMatchObject({
    total: 100,
    errors: 4,
    unanswered: 3,
    clusters: { ctx1: 57, ctx2: 40 },
    pods: { 'user-service-ctx1-a-b': 57, 'user-service-ctx2-a-b': 40 },
  })
})

it('counts apart what the weights did not draw, or what went elsewhere', () => {
  const window = new RecentWindow()
  for (let i = 0; i < 60; i++) window.add(request({ durationMs: i }))
  for (let i = 0; i < 20; i++) window.add(request({ cluster: null, pod: null, status: 503, heading: 'ctx2', cause: 'abort' }))
  for (let i = 0; i < 15; i++) window.add(request({ cluster: 'ctx2', rule: 'x-canary' }))
  for (let i = 0; i < 5; i++) window.add(request({ heading: 'ctx2' }))
  expect(window.counts()).toMatchObject({
    total: 100,
    drawn: { ctx1: 60 },
    rules: { 'x-canary': 15 },
    causes: { abort: 20 },
    failedOver: 5,
    p50Ms: 9,
    p95Ms: 54,
  })
})

it('tells pods’ errors from the mesh’s, and what was delayed or tried again', () => {
  const window = new RecentWindow()
  const again = { cluster: 'ctx1', pod: null, status: 503, flag: null }
  window.add(request({ status: 500 }))
  window.add(request({ cluster: null, status: 503, cause: 'abort' }))
  window.add(request({ delayMs: 2_000 }))
  window.add(request({ tries: [again, { ...again, status: 200 }] }))
  window.add(request({ tries: [again, again], status: 503 }))
  expect(window.seen()).toEqual({ total: 5, flags: {}, podErrors: 2, delayed: 1, retried: 1 })
})

it('takes what an older gateway does not count for none', () => {
  const window = new RecentWindow()
  window.take({ total: 3, clusters: { ctx1: 3 } })
  expect(window.counts()).toMatchObject({ total: 3, drawn: {}, causes: {}, rules: {}, failedOver: 0, p50Ms: null })
})

it('asks the gateway again after a gap', () => {
  const window = new RecentWindow()
  for (let i = 0; i < 100; i++) window.add(request())
  window.forget()
  expect(window.isOwn).toBe(false)
  expect(window.counts()).toBe(noCounts)
})
