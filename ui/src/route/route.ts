import { computed, inject, onScopeDispose, provide, ref, type ComputedRef, type InjectionKey } from 'vue'

/** What the fragment of the page's address leads to. */
export type Place = { kind: 'trace'; id: string } | { kind: 'request'; id: number } | { kind: 'service'; name: string }

export const traceHref = (id: string) => `#/trace/${id}`
export const requestHref = (id: number) => `#/request/${id}`
export const serviceHref = (name: string) => `#/service/${name}`

/** The id of the element that a service's address leads to. */
export const serviceElementId = (name: string) => `service-${name}`

/** The place that an address's fragment names; null when it names none. */
export function readPlace(hash: string): Place | null {
  const trace = /^#\/trace\/([0-9a-f]{32})$/i.exec(hash)?.[1]
  if (trace) return { kind: 'trace', id: trace.toLowerCase() }
  const request = /^#\/request\/(\d{1,15})$/.exec(hash)?.[1]
  if (request) return { kind: 'request', id: Number(request) }
  const service = /^#\/service\/([a-z0-9-]{1,63})$/.exec(hash)?.[1]
  return service ? { kind: 'service', name: service } : null
}

/** The whole address of a place, to be sent to somebody: in the reader's own language, and in the view that is for readers. */
export const linkTo = (href: string) => location.origin + location.pathname + href

export interface Route {
  /** The trace in the page's address; null while there is none. */
  readonly trace: ComputedRef<string | null>
  /** The number of the request in it that is to be explained. */
  readonly request: ComputedRef<number | null>
  open(href: string): void
  /** Goes back to where the page was before it led to this kind of place. */
  close(kind: Place['kind']): void
}

const key: InjectionKey<Route> = Symbol('route')

export function useRoute(): Route {
  const route = inject(key)
  if (!route) throw new Error('useRoute() outside the component that provides it')
  return route
}

/** Each entry of the browser's history keeps how many of its kind lie between it and what the page showed before. */
interface Entry {
  depth?: number
}

const depthHere = () => (history.state as Entry | null)?.depth

/** Follows the page's address for the calling component and all below it. */
export function provideRoute(): Route {
  const place = ref(readPlace(location.hash))
  // Who comes by a link that somebody sent has no page of ours behind.
  let depth = depthHere() ?? 0

  function follow() {
    const before = place.value?.kind
    place.value = readPlace(location.hash)
    if (!place.value) return
    depth = depthHere() ?? (place.value.kind === before ? depth + 1 : 1)
    history.replaceState({ depth } satisfies Entry, '')
  }

  function close(kind: Place['kind']) {
    if (place.value?.kind !== kind) return
    if (depth > 0) return history.go(-depth)
    history.replaceState(null, '', location.pathname + location.search)
    follow()
  }

  window.addEventListener('hashchange', follow)
  onScopeDispose(() => window.removeEventListener('hashchange', follow))

  const route: Route = {
    trace: computed(() => (place.value?.kind === 'trace' ? place.value.id : null)),
    request: computed(() => (place.value?.kind === 'request' ? place.value.id : null)),
    open: (href) => {
      location.hash = href
    },
    close,
  }
  provide(key, route)
  return route
}

/** Shows, and gives the focus to, the service that the address names, now and whenever it names another; call it once the page is drawn. */
export function followServices(): () => void {
  const follow = () => {
    const place = readPlace(location.hash)
    const element = place?.kind === 'service' ? document.getElementById(serviceElementId(place.name)) : null
    element?.focus({ preventScroll: true })
    element?.scrollIntoView()
  }
  follow()
  window.addEventListener('hashchange', follow)
  return () => window.removeEventListener('hashchange', follow)
}
