import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serve } from '../testing/server'
import { isFull, openTrafficStream, type StreamListener, type StreamState } from './trafficStream'

it.each([
  [429, true],
  [200, false],
  [503, false],
])('tells a stream without a place (%i) from one that is broken', async (status, full) => {
  await serve((_, answer) => answer(status, {}))
  expect(await isFull('/api/traffic/events')).toBe(full)
})

it('takes no answer for a broken stream', async () => {
  expect(await isFull('http://127.0.0.1:1/')).toBe(false)
})

describe('silence', () => {
  /** The browser's side of the stream, played by the test: happy-dom has none. */
  class Source extends EventTarget {
    static newest: Source
    static readonly CLOSED = 2
    readyState = 1
    onopen: () => void = () => undefined
    onerror: () => void = () => undefined
    close = vi.fn()

    constructor() {
      super()
      Source.newest = this
    }

    tell(event: string, data = '{}') {
      this.dispatchEvent(new MessageEvent(event, { data }))
    }
  }

  let states: StreamState[]
  let close: () => void

  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('EventSource', Source)
    states = []
    const nothing = () => undefined
    const listener: StreamListener = {
      state: (state) => states.push(state),
      request: nothing, configuration: nothing, lost: nothing, fleet: nothing, edges: nothing, rollouts: nothing, second: nothing,
      mark: nothing,
    }
    close = openTrafficStream('/', listener)
    Source.newest.onopen()
  })

  afterEach(() => {
    close()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is no silence while heartbeats come', () => {
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(5_000)
      Source.newest.tell('heartbeat')
    }
    expect(states).toEqual(['connecting', 'open'])
  })

  it('is told after 12 s without anything, and ends with the next event', () => {
    vi.advanceTimersByTime(11_999)
    expect(states).toEqual(['connecting', 'open'])
    vi.advanceTimersByTime(1)
    expect(states).toEqual(['connecting', 'open', 'silent'])
    Source.newest.tell('heartbeat')
    expect(states.slice(3)).toEqual(['open'])
    vi.advanceTimersByTime(12_000)
    expect(states.slice(4)).toEqual(['silent'])
  })

  it('is broken by an event of any kind', () => {
    vi.advanceTimersByTime(11_000)
    Source.newest.tell('second')
    vi.advanceTimersByTime(11_000)
    expect(states).toEqual(['connecting', 'open'])
  })

  it('is not told of a stream that is known to be broken, nor of one that is closed', () => {
    Source.newest.onerror()
    vi.advanceTimersByTime(60_000)
    expect(states).toEqual(['connecting', 'open', 'reconnecting'])
    Source.newest.onopen()
    close()
    vi.advanceTimersByTime(60_000)
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open'])
  })
})
