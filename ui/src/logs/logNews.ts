import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { LoggedCall } from '../api/logs'
import { services, type TrafficRequest } from '../api/traffic'
import { useTraffic } from '../traffic/traffic'

/** The log is read this often (ms) at most. */
const readEvery = 2_000
/** … and this rarely at least, while other pages read theirs and nothing else happens. */
const readRarely = 60_000
/** What comes through Kafka is in the log some time after its request; so long after the last one it is read once more. */
const settleAfter = 3_000
/** So many own reads are remembered. */
const maxOwn = 200

const logReads = /^\/api\/logs\/(redis|kafka|stats)$/

/**
 * Tells when the log is worth reading. A read is a request through the mesh itself, which lights a lamp, stands in the log, and is told to
 * every page: so it is read only after requests that are none of this page's own reads; and when all that came were other pages' reads,
 * the next waits twice as long, or two idle pages would keep each other reading.
 */
export class LogNews {
  /** Changes when there may be something new. */
  readonly tick: Ref<number> = ref(0)
  readonly #own = new Set<string>()
  readonly #seen = new Set<LoggedCall['id']>()
  #heard: string[] = []
  #wait = readEvery
  #timer: ReturnType<typeof setTimeout> | undefined
  #settling: ReturnType<typeof setTimeout> | undefined

  /** The event stream told of a request. */
  hear({ service, traceId }: Pick<TrafficRequest, 'service' | 'traceId'>): void {
    this.#heard.push(traceId)
    if (service !== 'log-service' && this.#wait > readEvery) {
      this.#wait = readEvery
      this.#clear()
    }
    this.#timer ??= setTimeout(() => this.#due(), this.#wait)
  }

  /** This page has read the log by this call. */
  own(traceId: string): void {
    this.#own.add(traceId)
    for (const oldest of this.#own) {
      if (this.#own.size <= maxOwn) break
      this.#own.delete(oldest)
    }
  }

  isOwn(traceId: string): boolean {
    return this.#own.has(traceId)
  }

  /** A read has brought these. */
  saw(calls: readonly LoggedCall[]): void {
    const news = calls.filter(({ id }) => !this.#seen.has(id))
    this.#seen.clear()
    for (const { id } of calls) this.#seen.add(id)
    if (news.some(({ path }) => !logReads.test(path))) this.#wait = readEvery
  }

  /** Something may have been missed. */
  renew(): void {
    this.tick.value++
  }

  close(): void {
    this.#clear()
    clearTimeout(this.#settling)
  }

  #clear() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #due() {
    this.#timer = undefined
    const others = this.#heard.filter((traceId) => !this.#own.has(traceId))
    this.#heard = []
    if (others.length === 0) return
    this.#wait = Math.min(this.#wait * 2, readRarely)
    this.tick.value++
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      if (!this.#timer) this.tick.value++
    }, settleAfter)
  }
}

/** The news of the calling component and all below it. */
export function useLogNews(): LogNews {
  const traffic = useTraffic()
  const news = new LogNews()
  for (const service of services) traffic.onRequest(service, (request) => news.hear(request))
  watch(traffic.stream, (state) => {
    if (state === 'open') news.renew()
  })
  // A hidden page is told nothing.
  const onShown = () => {
    if (!document.hidden) news.renew()
  }
  document.addEventListener('visibilitychange', onShown)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onShown)
    news.close()
  })
  return news
}
