import { onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError } from '../api/http'
import { absences, getLogLines, getTrace, type Absence, type LogLine, type Trace } from '../api/telemetry'
import { flushBrowserSpans } from '../telemetry/browserSpans'

/** Spans are on their way for some seconds; so long after each answer that has not all of them it is asked again (ms). */
const pauses = [1_000, 2_000, 4_000]

/** How many other traces' log lines are read beside the trace's own. */
const maxLinked = 4

/** Why there is nothing to show, if the gateway says why. */
export function absenceOf(error: unknown): Absence | null {
  if (!(error instanceof ApiError)) return null
  return absences.find((absence) => absence === error.problem.reason) ?? null
}

/** A trace with its log lines, read until it is whole, but for no longer than it takes spans to arrive. */
export function useTrace(id: string, hasLogs: () => boolean) {
  const trace = shallowRef<Trace | null>(null)
  const failure = shallowRef<unknown>(null)
  const logLines = shallowRef<readonly LogLine[]>([])
  const isWaiting = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false

  async function read(attempt: number) {
    isWaiting.value = true
    try {
      await flushBrowserSpans()
      trace.value = await getTrace(id)
      failure.value = null
    } catch (error) {
      // What was there a second ago is better than nothing.
      if (!trace.value) failure.value = error
    }
    if (isOver) return
    void readLogLines()
    const pause = pauses[attempt]
    const maySoonBeMore = trace.value?.partial ?? absenceOf(failure.value) === 'unknown'
    if (maySoonBeMore && pause !== undefined) timer = setTimeout(() => void read(attempt + 1), pause)
    else isWaiting.value = false
  }

  async function readLogLines() {
    if (!trace.value || !hasLogs()) return
    const ids = [...new Set([id, ...trace.value.spans.map(({ traceId }) => traceId)])].slice(0, 1 + maxLinked)
    // The log lines of others' traces may be none of the reader's business.
    const pages = await Promise.all(ids.map((traceId) => getLogLines({ traceId }).catch(() => ({ items: [] }))))
    logLines.value = pages.flatMap(({ items }) => items).sort((a, b) => (a.time < b.time ? -1 : 1))
  }

  onScopeDispose(() => {
    isOver = true
    clearTimeout(timer)
  })

  return {
    trace,
    failure,
    logLines,
    /** It is being read, or will be again. */
    isWaiting,
    reload() {
      clearTimeout(timer)
      return read(0)
    },
  }
}
