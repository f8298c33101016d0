import { computed, inject, onScopeDispose, provide, ref, shallowReactive, shallowRef, watch, type InjectionKey, type Ref } from 'vue'
import { getHistory, type HistoryPoint, type Mark } from '../api/history'
import { services, type ServiceName } from '../api/traffic'
import type { Traffic } from '../traffic/traffic'
import { Timeline, type Minutes } from './timeline'

export interface History {
  /** How far back the strips show, those of all services. */
  readonly minutes: Ref<Minutes>
  /** Seconds since 1970 by the gateway's clock; goes on once a second. */
  readonly now: Readonly<Ref<number>>
  timeline(service: ServiceName): Timeline
  /** What happened to a service, or to all, in the time shown; the oldest first. */
  marks(service: ServiceName): readonly Mark[]
  /** The marks that somebody wants to read of; null while nobody does. */
  readonly opened: Ref<readonly Mark[] | null>
}

const key: InjectionKey<History> = Symbol('history')

export function useHistory(): History {
  const history = inject(key)
  if (!history) throw new Error('useHistory() outside the component that provides it')
  return history
}

/** What a clock may be off (seconds) without being set. */
const clocksDiffer = 2
/** While there is no place at the stream, the gateway is asked this often (ms). */
const askEvery = 12_000

/** Keeps the last minutes of all services for the calling component and all below it. */
export function provideHistory(traffic: Traffic): void {
  const minutes = ref<Minutes>(5)
  const opened = shallowRef<readonly Mark[] | null>(null)
  const timelines = shallowReactive(byService(() => new Timeline(minutes.value)))
  const marks = shallowRef<readonly Mark[]>([])
  /** The gateway's clock less this one's, in seconds. */
  let ahead = 0
  const clock = () => Date.now() / 1000 + ahead
  const now = ref(clock())

  /** What came by the stream while the gateway is asked. */
  let coming: { points: { service: ServiceName; point: HistoryPoint }[]; marks: Mark[] } | null = null
  /** Seconds before this one are in what the gateway has answered. */
  let told = 0
  let asked = 0
  let askedAt = 0

  async function load() {
    const number = ++asked
    askedAt = Date.now()
    const meanwhile = (coming = { points: [], marks: [] } as NonNullable<typeof coming>)
    // A gateway that does not answer is what the stream's state already says; what is known stays.
    const answer = await getHistory(minutes.value).catch(() => null)
    if (number !== asked) return
    coming = null
    if (!answer) return
    // Its last step may not be over.
    const to = Date.parse(answer.to) / 1000
    const then = Math.min(to, Math.max(to - answer.stepSeconds, clock()))
    ahead += then - clock()
    told = Math.floor(then)
    for (const service of services) {
      const points = answer.services.find((each) => each.service === service)?.points ?? []
      timelines[service] = new Timeline(minutes.value, points)
    }
    for (const { service, point } of meanwhile.points) add(service, point)
    marks.value = joined(answer.marks, meanwhile.marks)
    now.value = clock()
  }

  function add(service: ServiceName, point: HistoryPoint) {
    // A second that is told again takes the place of what it was; of a longer step it would be counted twice.
    if (point.time >= told || timelines[service].step === 1) timelines[service].add(point)
  }

  traffic.onSecond((service, point) => {
    // It is told at once: a clock that says something else is not the gateway's.
    const since = clock() - point.time - 1
    if (Math.abs(since) > clocksDiffer) ahead -= since
    add(service, point)
    coming?.points.push({ service, point })
  })
  traffic.onMark((mark) => {
    marks.value = joined(marks.value, [mark])
    coming?.marks.push(mark)
  })
  watch(traffic.stream, (state) => {
    if (state === 'open' || state === 'full') void load()
  }, { immediate: true })
  watch(minutes, () => {
    for (const service of services) timelines[service] = new Timeline(minutes.value, timelines[service].points)
    void load()
  })

  const timer = setInterval(() => {
    now.value = clock()
    if (traffic.stream.value === 'full' && Date.now() - askedAt >= askEvery) void load()
  }, 1_000)
  onScopeDispose(() => clearInterval(timer))

  const since = computed(() => (now.value - minutes.value * 60) * 1000)
  const shown = byService((service) =>
    computed(() => marks.value.filter((mark) => (mark.service ?? service) === service && Date.parse(mark.time) >= since.value)),
  )
  provide(key, {
    minutes,
    now,
    timeline: (service) => timelines[service],
    marks: (service) => shown[service].value,
    opened,
  })
}

/** How many marks the page keeps: as many as the gateway. */
const marksKept = 200

function joined(marks: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
  const news = more.filter(({ id, time }) => !marks.some((mark) => mark.id === id && mark.time === time))
  return [...marks, ...news].toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)).slice(-marksKept)
}

function byService<T>(make: (service: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(services.map((service) => [service, make(service)])) as Record<ServiceName, T>
}
