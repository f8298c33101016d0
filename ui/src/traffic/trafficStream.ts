import type { MeshConfiguration, TrafficRequest } from '../api/traffic'
import { readConfiguration, readLost, readRequest } from './trafficEvents'

export type StreamState = 'connecting' | 'open' | 'reconnecting'

export interface StreamListener {
  state(state: StreamState): void
  request(request: TrafficRequest): void
  configuration(configuration: MeshConfiguration): void
  lost(count: number): void
}

/** How long to wait before opening a stream anew that the browser has given up, in milliseconds. */
const reopenAfter = 2_000

/** Reads the gateway's event stream for as long as the page lives; returns how to close it. */
export function openTrafficStream(url: string, listener: StreamListener): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = () => {
    source = new EventSource(url)
    source.onopen = () => listener.state('open')
    source.onerror = () => {
      listener.state('reconnecting')
      // The browser reconnects by itself after a broken connection, but not after an answer other than 200.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfter)
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
    clearTimeout(timer)
    source.close()
  }
}
