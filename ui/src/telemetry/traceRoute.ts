import { inject, onScopeDispose, provide, ref, type InjectionKey, type Ref } from 'vue'

/** A trace's place in the page's address. */
export const traceHref = (id: string) => `#/trace/${id}`

/** The trace that an address's fragment names; null when it names none. */
export const readTraceHash = (hash: string) => /^#\/trace\/([0-9a-f]{32})$/i.exec(hash)?.[1]?.toLowerCase() ?? null

export interface TraceRoute {
  /** The trace in the page's address; null while there is none. */
  readonly id: Readonly<Ref<string | null>>
  /** Goes back to where the page was before it led to a trace. */
  close(): void
}

const key: InjectionKey<TraceRoute> = Symbol('traceRoute')

export function useTraceRoute(): TraceRoute {
  const route = inject(key)
  if (!route) throw new Error('useTraceRoute() outside the component that provides it')
  return route
}

/** Each entry of the browser's history keeps how many traces lie between it and the page without one. */
interface Entry {
  traceDepth?: number
}

const depthHere = () => (history.state as Entry | null)?.traceDepth

/** Follows the page's address for the calling component and all below it. */
export function provideTraceRoute(): TraceRoute {
  const id = ref(readTraceHash(location.hash))
  // Who comes by a link that somebody sent has no page of ours behind.
  let depth = depthHere() ?? 0

  function follow() {
    id.value = readTraceHash(location.hash)
    depth = id.value === null ? 0 : (depthHere() ?? depth + 1)
    if (id.value !== null) history.replaceState({ traceDepth: depth } satisfies Entry, '')
  }

  function close() {
    if (id.value === null) return
    if (depth > 0) return history.go(-depth)
    history.replaceState(null, '', location.pathname + location.search)
    follow()
  }

  window.addEventListener('hashchange', follow)
  onScopeDispose(() => window.removeEventListener('hashchange', follow))

  const route = { id, close }
  provide(key, route)
  return route
}
