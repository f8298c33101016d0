import { h, nextTick, ref, type Component } from 'vue'
import { expect, it, vi } from 'vitest'
import type { HistoryPoint, Mark } from '../api/history'
import type { ServiceName } from '../api/traffic'
import { mount } from '../testing/mount'
import { serve } from '../testing/server'
import type { Traffic } from '../traffic/traffic'
import type { StreamState } from '../traffic/trafficStream'
import { provideHistory, useHistory, type History } from './history'

const second = Math.floor(Date.now() / 1000)
const point = (time: number, total = 1): HistoryPoint => ({
  time, total, drawn: { ctx1: total }, errors: 0, p50Ms: 1, p95Ms: 2, weights: { ctx1: 70, ctx2: 30 },
})
const mark = (id: number, service: ServiceName | null): Mark => ({
  id, time: new Date().toISOString(), kind: 'drill', service, cluster: 'ctx2', user: 'admin', detail: { down: true },
  resource: null, before: null, version: null,
})
const answer = (minutes: number, points: HistoryPoint[], marks: Mark[] = []) => {
  const step = minutes / 5
  const to = (Math.floor(second / step) + 1) * step
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
  return { from: iso(to - minutes * 60), to: iso(to), stepSeconds: step, services: [{ service: 'user-service', points }], marks }
}

/** The history as a component below the page sees it, and the stream's hands. */
function follow() {
  const stream = ref<StreamState>('connecting')
  let tellSecond: Parameters<Traffic['onSecond']>[0] = () => undefined
  let tellMark: Parameters<Traffic['onMark']>[0] = () => undefined
  const traffic = {
    stream, onSecond: (listener) => (tellSecond = listener), onMark: (listener) => (tellMark = listener),
  } as Pick<Traffic, 'stream' | 'onSecond' | 'onMark'> as Traffic
  let history: History | undefined
  const below: Component = { setup: () => ((history = useHistory()), () => h('i')) }
  mount({ setup: () => (provideHistory(traffic), () => h(below)) }, {})
  if (!history) throw new Error('no history')
  const kept = history
  return {
    history: kept,
    stream,
    tellSecond: (time: number, total?: number) => tellSecond('user-service', point(time, total)),
    tellMark: (told: Mark) => tellMark(told),
    points: () => kept.timeline('user-service').points.map(({ time, total }) => [time - second, total]),
  }
}

it('begins with what the gateway remembers, and goes on with what the stream tells', async () => {
  await serve((_, reply) => reply(200, answer(5, [point(second - 9), point(second - 2)], [mark(1, null), mark(2, 'log-service')])))
  const { history, stream, tellSecond, tellMark, points } = follow()
  stream.value = 'open'
  await vi.waitFor(() => expect(points()).toEqual([[-9, 1], [-2, 1]]))
  tellSecond(second - 1, 5)
  const twice = mark(3, 'user-service')
  tellMark(twice)
  tellMark(twice)
  expect(points().at(-1)).toEqual([-1, 5])
  expect(history.marks('user-service').map(({ id }) => id)).toEqual([1, 3])
  expect(history.marks('log-service').map(({ id }) => id)).toEqual([1, 2])
})

it('counts no second twice that comes while it asks', async () => {
  const { stream, tellSecond, points } = follow()
  await serve((_, reply) => {
    tellSecond(second - 1, 7)
    reply(200, answer(5, [point(second - 1, 7)]))
  })
  stream.value = 'open'
  await vi.waitFor(() => expect(points()).toEqual([[-1, 7]]))
})

it('asks anew for another range and when the stream is back', async () => {
  const asked: string[] = []
  await serve(({ url = '' }, reply) => {
    asked.push(url)
    reply(200, answer(Number(url.split('=')[1]), [point(second - (second % 60))]))
  })
  const { history, stream, tellSecond, points } = follow()
  stream.value = 'open'
  await vi.waitFor(() => expect(points()).toHaveLength(1))
  history.minutes.value = 60
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  await vi.waitFor(() => expect(history.timeline('user-service').step).toBe(12))
  stream.value = 'reconnecting'
  await nextTick()
  stream.value = 'open'
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  expect(asked.map((url) => url.split('=')[1])).toEqual(['5', '60', '60'])
  tellSecond(second + 60)
  expect(points().at(-1)?.[1]).toBe(1)
})

it('shows what the stream tells where the gateway remembers nothing', async () => {
  await serve((_, reply) => reply(404, { title: 'Not Found' }))
  const { stream, tellSecond, points } = follow()
  stream.value = 'open'
  tellSecond(second)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(points()).toEqual([[0, 1]])
})
