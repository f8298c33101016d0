import { effectScope } from 'vue'
import { expect, it, onTestFinished, vi } from 'vitest'
import { serve } from '../testing/server'
import { absenceOf, useTrace } from './useTrace'

const id = 'a'.repeat(32)

function open(hasLogs = false) {
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const trace = scope.run(() => useTrace(id, () => hasLogs))
  if (!trace) throw new Error('no scope')
  return trace
}

it('asks again while spans are on their way, and no longer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let asked = 0
  await serve((_, answer) => answer(200, { traceId: id, dashboardUrl: null, partial: true, spans: [], asked: ++asked }))
  const trace = open()
  await trace.reload()
  for (const [pause, times] of [[1_000, 2], [2_000, 3], [4_000, 4]] as const) {
    expect(trace.isWaiting.value).toBe(true)
    vi.advanceTimersByTime(pause)
    await vi.waitFor(() => expect(trace.trace.value).toMatchObject({ asked: times }))
  }
  await vi.waitFor(() => expect(trace.isWaiting.value).toBe(false))
})

it('says why there is none', async () => {
  await serve((_, answer) => answer(404, { title: 'Not kept', reason: 'sampledOut' }))
  const trace = open()
  await trace.reload()
  expect(absenceOf(trace.failure.value)).toBe('sampledOut')
  expect(trace.isWaiting.value).toBe(false)
})

it('has the log lines of linked traces too, by time, as far as the reader may see them', async () => {
  const other = 'b'.repeat(32)
  const line = (traceId: string, second: number) => ({ time: `2026-11-27T03:00:0${second}Z`, traceId, message: String(second) })
  await serve(({ url = '' }, answer) => {
    const spans = [{ traceId: id }, { traceId: other }, { traceId: 'c' }]
    if (url.startsWith('/api/telemetry/traces/')) answer(200, { partial: false, spans })
    else if (url.endsWith(id)) answer(200, { items: [line(id, 3), line(id, 1)] })
    else if (url.endsWith(other)) answer(200, { items: [line(other, 2)] })
    else answer(404, { reason: 'unknown' })
  })
  const trace = open(true)
  await trace.reload()
  await vi.waitFor(() => expect(trace.logLines.value.map(({ message }) => message)).toEqual(['1', '2', '3']))
})
