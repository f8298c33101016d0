import { expect, it } from 'vitest'
import { listPods } from './pods'

const counts = { 'user-service-ctx1-b-2': 60, 'user-service-ctx1-a-1': 10, 'user-service-ctx2-a-3': 30 }
const pod = (name: string, cluster: string, ready: boolean) => ({
  service: 'user-service' as const, cluster, pod: name, ready, condition: ready ? 'ready' : 'starting',
})

it('lists those that have answered where no more is known', () => {
  expect(listPods('user-service', 'ctx1', counts, null)).toEqual([
    { pod: 'user-service-ctx1-a-1', count: 10, state: null },
    { pod: 'user-service-ctx1-b-2', count: 60, state: null },
  ])
})

it('lists all there are, ready or not, with or without an answer', () => {
  const fleet = [
    pod('user-service-ctx1-b-2', 'ctx1', true),
    pod('user-service-ctx1-c-9', 'ctx1', false),
    pod('user-service-ctx2-a-3', 'ctx2', true),
    { ...pod('log-service-ctx1-a-1', 'ctx1', true), service: 'log-service' as const },
  ]
  expect(listPods('user-service', 'ctx1', counts, fleet)).toEqual([
    { pod: 'user-service-ctx1-b-2', count: 60, state: { ready: true, condition: 'ready' } },
    { pod: 'user-service-ctx1-c-9', count: 0, state: { ready: false, condition: 'starting' } },
  ])
})
