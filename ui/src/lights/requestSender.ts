import { computed, inject, onScopeDispose, provide, ref, shallowRef, type InjectionKey, type Ref } from 'vue'
import { ping, type Answer } from '../api/ping'
import { services, type ServiceName } from '../api/traffic'

export const rateLimits = { min: 1, max: 50 }

/** Requests of one service that may wait for an answer at a time. */
const maxInFlight = 16

export type RequestSender = ReturnType<typeof openRequestSender>

const key: InjectionKey<Record<ServiceName, RequestSender>> = Symbol('requestSenders')

/** Gives all below one sender for each service, so that whoever starts it, all see it send. */
export function provideRequestSenders(): void {
  provide(key, Object.fromEntries(services.map((service) => [service, openRequestSender(service)])) as Record<ServiceName, RequestSender>)
}

/** What sends to one service. */
export function useRequestSender(service: ServiceName): RequestSender {
  const senders = inject(key)
  if (!senders) throw new Error('useRequestSender() outside the component that provides it')
  return senders[service]
}

/** What sends to all services, as one. */
export function useRequestSenders() {
  const senders = services.map(useRequestSender)
  return {
    services,
    isRunning: computed(() => senders.some(({ isRunning }) => isRunning.value)),
    isPaused: computed(() => senders.some(({ isPaused }) => isPaused.value)),
    sent: computed(() => senders.reduce((sum, { sent }) => sum + sent.value, 0)),
    /** @param rate Requests a second to each. */
    start(rate: number) {
      for (const sender of senders) {
        sender.rate.value = rate
        sender.start()
      }
    },
    stop() {
      for (const sender of senders) sender.stop()
    },
  }
}

/** Sends real requests to one service: one, or so many a second until stopped. */
function openRequestSender(service: ServiceName) {
  const rate = ref(10)
  /** Requests carry `x-canary: true`. */
  const isCanary = ref(false)
  const sent = ref(0)
  const heldBack = ref(0)
  /** Undefined before the first request, null when the last one got no answer. */
  const last = shallowRef<Answer | null>()
  let inFlight = 0

  async function sendOnce() {
    if (inFlight >= maxInFlight) {
      heldBack.value++
      return
    }
    inFlight++
    sent.value++
    try {
      last.value = await ping(service, isCanary.value ? { 'x-canary': 'true' } : {})
    } catch {
      last.value = null
    } finally {
      inFlight--
    }
  }

  const { start, ...repetition } = useRepetition(rate, sendOnce)

  return {
    ...repetition,
    rate,
    isCanary,
    sent,
    heldBack,
    last,
    sendOnce,
    start() {
      heldBack.value = 0
      start()
    },
  }
}

/** Carries an action out so many times a second until stopped, but not while the page is hidden. */
function useRepetition(rate: Ref<number>, action: () => unknown) {
  const isRunning = ref(false)
  const isHidden = ref(document.hidden)
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = 0

  function tick() {
    action()
    // Counted from when this one was due, so that late timers do not lower the rate; a second behind is given up.
    due = Math.max(due + 1_000 / rate.value, performance.now() - 1_000)
    timer = setTimeout(tick, due - performance.now())
  }

  function resume() {
    clearTimeout(timer)
    isHidden.value = document.hidden
    if (!isRunning.value || isHidden.value) return
    due = performance.now()
    tick()
  }

  function start() {
    isRunning.value = true
    resume()
  }

  function stop() {
    isRunning.value = false
    clearTimeout(timer)
  }

  document.addEventListener('visibilitychange', resume)
  onScopeDispose(() => {
    stop()
    document.removeEventListener('visibilitychange', resume)
  })

  return { isRunning, isPaused: computed(() => isRunning.value && isHidden.value), start, stop }
}
