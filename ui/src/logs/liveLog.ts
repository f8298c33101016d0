import { inject, provide, ref, watch, type InjectionKey, type Ref } from 'vue'
import { useLogNews, type LogNews } from './logNews'

interface LiveLog {
  news: LogNews
  /** The reader has stopped the log. */
  isPaused: Ref<boolean>
}

const key: InjectionKey<LiveLog> = Symbol('liveLog')

export function provideLiveLog(): LiveLog {
  const live = { news: useLogNews(), isPaused: ref(false) }
  provide(key, live)
  return live
}

export function useLiveLog(): LiveLog {
  const live = inject(key)
  if (!live) throw new Error('useLiveLog() outside the component that provides it')
  return live
}

/** Reads once it is seen, whenever there is news while it is seen and not paused, and always anew when `question` changes. */
export function readLive(live: LiveLog, isVisible: Readonly<Ref<boolean>>, question: () => unknown, read: () => Promise<void>): void {
  let readAt = -1
  let isReading = false

  async function follow() {
    const isFirst = readAt < 0
    if (isReading || !isVisible.value || (live.isPaused.value && !isFirst) || readAt === live.news.tick.value) return
    readAt = live.news.tick.value
    isReading = true
    await read()
    isReading = false
    await follow()
  }

  watch([isVisible, live.isPaused, live.news.tick], follow, { immediate: true })
  watch(question, () => {
    readAt = -1
    void follow()
  })
}
