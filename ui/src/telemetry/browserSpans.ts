import type { WebTracing } from './webTracing'

/** What somebody does on the page, whose calls are one trace. */
export interface UserAction {
  /** Makes the calls that `call` begins at once, before it waits for anything, part of the action. */
  within<T>(call: () => T): T
  end(): void
}

let tracing: WebTracing | undefined

/** Loads the tracing of the page's own calls when the browser has nothing better to do. */
export function traceWhenIdle(): void {
  const start = async () => {
    tracing = (await import('./webTracing')).startWebTracing()
  }
  // Without it the page does all it did before.
  const load = () => void start().catch(() => undefined)
  // Safari has no requestIdleCallback.
  if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: 5_000 })
  else setTimeout(load, 1_000)
}

/** Begins an action; its name says nothing of what somebody typed. Where nothing is traced, it is only done. */
export const beginAction = (name: string): UserAction =>
  tracing?.beginAction(name) ?? { within: (call) => call(), end: () => undefined }

/** Sends the spans that wait, so that a trace that is opened now has its beginning. */
export const flushBrowserSpans = () => tracing?.flush().catch(() => undefined)
