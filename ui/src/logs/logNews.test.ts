import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { LoggedCall } from '../api/logs'
import { LogNews } from './logNews'

let news: LogNews

beforeEach(() => {
  vi.useFakeTimers()
  news = new LogNews()
  onTestFinished(() => {
    news.close()
    vi.useRealTimers()
  })
})

const request = (traceId: string) => ({ service: 'user-service', traceId }) as const
const logRead = (traceId: string) => ({ service: 'log-service', traceId }) as const
const call = (id: number, path: string) => ({ id: String(id), path }) as LoggedCall

it('says so 2 s after requests, and once more for what is slow to come through Kafka', () => {
  for (let i = 0; i < 100; i++) news.hear(request(String(i)))
  vi.advanceTimersByTime(1_999)
  expect(news.tick.value).toBe(0)
  vi.advanceTimersByTime(1)
  expect(news.tick.value).toBe(1)
  vi.advanceTimersByTime(3_000)
  expect(news.tick.value).toBe(2)
  vi.advanceTimersByTime(60_000)
  expect(news.tick.value).toBe(2)
})

it('hears nothing in own reads, also where their answers come after their events', () => {
  news.hear(logRead('a'))
  news.own('a')
  news.own('b')
  news.hear(logRead('b'))
  vi.advanceTimersByTime(60_000)
  expect(news.tick.value).toBe(0)
})

it('lets two pages that nothing happens to read ever more rarely', () => {
  const ticksIn = (time: number) => {
    const before = news.tick.value
    // Each read makes the other page read, which makes this one hear of it.
    for (let at = 0; at < time; at += 500) {
      news.hear(logRead(`other ${at}`))
      vi.advanceTimersByTime(500)
    }
    return news.tick.value - before
  }
  ticksIn(180_000)
  expect(ticksIn(120_000)).toBeLessThanOrEqual(2)
  news.hear(request('x'))
  vi.advanceTimersByTime(2_000)
  expect(ticksIn(1)).toBeLessThanOrEqual(1)
  expect(news.tick.value).toBeGreaterThan(0)
})

it('goes on at once where log-service got other calls than reads', () => {
  news.saw([call(1, '/api/logs/redis')])
  for (let i = 0; i < 5; i++) {
    news.hear(logRead(String(i)))
    vi.advanceTimersByTime(2_000)
    expect(news.tick.value).toBe(i + 1)
    news.saw([call(i + 2, '/api/logs/ping')])
  }
})
