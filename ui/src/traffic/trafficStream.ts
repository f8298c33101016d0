import type { MeshConfiguration, TrafficRequest } from '../api/traffic'
import { readConfiguration, readLost, readRequest } from './trafficEvents'

/** `full`: the gateway has no place for this page just now. */
export type StreamState = 'connecting' | 'open' | 'reconnecting' | 'full'

export interface StreamListener {
  state(state: StreamState): void
  request(request: TrafficRequest): void
  configuration(configuration: MeshConfiguration): void
  lost(count: number): void
}

/** How long to wait before opening a stream anew that the browser has given up, in milliseconds. */
const reopenAfter = 2_000
/** … and one for which there was no place. */
const reopenFullAfter = 10_000

/** Reads the gateway's event stream for as long as the page lives; returns how to close it. */
export function openTrafficStream(url: string, listener: StreamListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const reopen = async () => {
    const full = await isFull(url)
    if (isClosed) return
    listener.state(full ? 'full' : 'reconnecting')
    timer = setTimeout(open, full ? reopenFullAfter : reopenAfter)
  }

  const open = () => {
    source = new EventSource(url)
    source.onopen = () => listener.state('open')
    source.onerror = () => {
      // The browser reconnects by itself after a broken connection, but not after an answer other than 200.
      if (source.readyState === EventSource.CLOSED) void reopen()
      else listener.state('reconnecting')
    }
    source.addEventListener('request', ({ data }: MessageEvent<string>) => {
      const request = readRequest(data)
      if (request) listener.request(request)
    })
    source.addEventListener('configuration', ({ data }: MessageEvent<string>) => {
      const configuration = readConfiguration(data)
      if (configuration) listener.configuration(configuration)
    })
    source.addEventListener('lost', ({ data }: MessageEvent<string>) => listener.lost(readLost(data)))
  }

  listener.state('connecting')
  open()
  return () => {
    isClosed = true
    clearTimeout(timer)
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
