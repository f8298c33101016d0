import type { Edge } from '../api/edges'
import type { Fleet } from '../api/fleet'
import type { HistoryPoint, Mark } from '../api/history'
import type { Rollout } from '../api/rollouts'
import type { MeshConfiguration, ServiceName, TrafficRequest } from '../api/traffic'
import {
  readConfiguration, readEdges, readFleet, readLost, readMark, readRequest, readRollouts, readSecond,
} from './trafficEvents'

/** `full`: the gateway has no place for this page just now; `silent`: the connection stands, and nothing comes, not even a heartbeat. */
export type StreamState = 'connecting' | 'open' | 'silent' | 'reconnecting' | 'full'

export interface StreamListener {
  state(state: StreamState): void
  request(request: TrafficRequest): void
  configuration(configuration: MeshConfiguration): void
  lost(count: number): void
  fleet(fleet: Fleet): void
  edges(edges: readonly Edge[]): void
  rollouts(rollouts: readonly Rollout[]): void
  second(points: readonly { service: ServiceName; point: HistoryPoint }[]): void
  mark(mark: Mark): void
}

/** A gateway that works sends a heartbeat every 5 s; this long (ms) without anything is told. */
const silentAfter = 12_000

/** How long to wait before opening a stream anew that the browser has given up, in milliseconds. */
const reopenAfter = 2_000
/** … and one for which there was no place. */
const reopenFullAfter = 10_000

/** Reads the gateway's event stream for as long as the page lives; returns how to close it. */
export function openTrafficStream(url: string, listener: StreamListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  let silence: ReturnType<typeof setTimeout> | undefined
  let isSilent = false

  /** Something has come. */
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      isSilent = true
      listener.state('silent')
    }, silentAfter)
    if (isSilent) listener.state('open')
    isSilent = false
  }

  /** Nothing is waited for. */
  const unheard = () => {
    clearTimeout(silence)
    isSilent = false
  }

  const reopen = async () => {
    const full = await isFull(url)
    if (isClosed) return
    listener.state(full ? 'full' : 'reconnecting')
    timer = setTimeout(open, full ? reopenFullAfter : reopenAfter)
  }

  const open = () => {
    source = new EventSource(url)
    source.onopen = () => {
      listener.state('open')
      heard()
    }
    source.onerror = () => {
      unheard()
      // The browser reconnects by itself after a broken connection, but not after an answer other than 200.
      if (source.readyState === EventSource.CLOSED) void reopen()
      else listener.state('reconnecting')
    }
    const on = <T>(event: string, read: (data: string) => T | null, tell: (value: T) => void) =>
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        heard()
        const value = read(data)
        if (value !== null) tell(value)
      })
    on('request', readRequest, listener.request)
    on('configuration', readConfiguration, listener.configuration)
    on('lost', readLost, listener.lost)
    on('fleet', readFleet, listener.fleet)
    on('edges', readEdges, listener.edges)
    on('rollouts', readRollouts, listener.rollouts)
    on('second', readSecond, listener.second)
    on('mark', readMark, listener.mark)
    on('heartbeat', () => null, () => undefined)
  }

  listener.state('connecting')
  open()
  return () => {
    isClosed = true
    clearTimeout(timer)
    unheard()
    source.close()
  }
}

/** Whether the gateway refuses the stream for want of a place: an EventSource does not tell what it was answered. */
export async function isFull(url: string): Promise<boolean> {
  const stop = new AbortController()
  try {
    return (await fetch(url, { signal: stop.signal })).status === 429
  } catch {
    return false
  } finally {
    stop.abort()
  }
}
