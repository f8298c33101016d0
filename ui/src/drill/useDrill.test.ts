import { effectScope } from 'vue'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Drill } from '../api/mesh'
import { serve } from '../testing/server'
import { isSettled, useDrill } from './useDrill'

const cluster = (down: boolean, ...conditions: string[]) => ({
  cluster: 'ctx2',
  down,
  processes: conditions.map((condition, i) => ({ pod: `pod-${i}`, app: 'user-service', condition })),
})

it.each([
  [false, ['ready', 'ready'], true],
  [false, ['ready', 'starting'], false],
  [true, ['ready', 'down'], false],
  [true, ['down', 'down'], true],
  [true, ['starting'], false],
])('down %s with %j is settled: %s', (down, conditions, settled) => {
  expect(isSettled(cluster(down, ...conditions))).toBe(settled)
})

it('follows the processes until they are where they were asked to be', async () => {
  let answers: Drill[] = [{ available: true, clusters: [cluster(false, 'ready')] }]
  await serve((request, answer) => {
    if (request.method === 'PUT') {
      expect([request.url, request.json]).toEqual(['/api/mesh/drill/ctx2', { down: true }])
      answers = [{ available: true, clusters: [cluster(true, 'ready')] }, { available: true, clusters: [cluster(true, 'down')] }]
    }
    answer(request.method === 'PUT' ? 202 : 200, answers.length > 1 ? answers.shift() : answers[0])
  })
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const { drill, set } = scope.run(useDrill) as ReturnType<typeof useDrill>
  await vi.waitFor(() => expect(drill.value?.available).toBe(true))
  await set('ctx2', true)
  await vi.waitFor(() => expect(drill.value?.clusters[0]?.processes[0]?.condition).toBe('down'), 3_000)
})

it('tells why a cluster could not be taken down', async () => {
  await serve((request, answer) => answer(request.method === 'PUT' ? 403 : 200, { available: false, clusters: [] }))
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const { failure, isSending, set } = scope.run(useDrill) as ReturnType<typeof useDrill>
  await set('ctx2', true)
  expect([failure.value, isSending.value]).toMatchObject([{ status: 403 }, false])
})
