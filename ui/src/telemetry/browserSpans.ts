let flush: () => Promise<void> = () => Promise.resolve()

/** Loads the tracing of the page's own calls when the browser has nothing better to do. */
export function traceWhenIdle(): void {
  const start = async () => {
    flush = (await import('./webTracing')).startWebTracing()
  }
  // Without it the page does all it did before.
  const load = () => void start().catch(() => undefined)
  // Safari has no requestIdleCallback.
  if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: 5_000 })
  else setTimeout(load, 1_000)
}

/** Sends the spans that wait, so that a trace that is opened now has its beginning. */
export const flushBrowserSpans = () => flush().catch(() => undefined)
