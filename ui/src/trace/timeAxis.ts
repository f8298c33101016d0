/** A stretch of the axis: from and to in ms, left and right in percent. */
export interface Stretch {
  from: number
  to: number
  left: number
  right: number
  /** Nothing went on; it is drawn shorter than it was. */
  isPause: boolean
}

interface Interval {
  start: number
  end: number
}

/** How wide (percent) a pause is drawn. */
const pauseWidth = 6
/** So many pauses at most are drawn shorter. */
const maxPauses = 5

/**
 * The time axis of these spans. What follows a request by way of Kafka may come a second after what took ten milliseconds: a pause that is
 * longer than all else together is drawn short, and the axis says so.
 */
export function timeAxis(spans: readonly Interval[]): Stretch[] {
  const busy = merge(spans)
  const first = busy[0]
  const last = busy.at(-1)
  if (!first || !last) return []

  const active = busy.reduce((sum, { start, end }) => sum + end - start, 0)
  const pauses = busy
    .slice(1)
    .map(({ start }, i) => ({ start: busy[i]?.end ?? start, end: start }))
    .filter(({ start, end }) => end - start > active)
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, maxPauses)
    .sort((a, b) => a.start - b.start)

  const paused = pauses.reduce((sum, { start, end }) => sum + end - start, 0)
  const scale = (100 - pauses.length * pauseWidth) / Math.max(last.end - first.start - paused, 1e-6)
  const stretches: Stretch[] = []
  let [at, left] = [first.start, 0]
  const draw = (to: number, width: number, isPause: boolean) => {
    stretches.push({ from: at, to, left, right: left + width, isPause })
    ;[at, left] = [to, left + width]
  }
  for (const { start, end } of pauses) {
    draw(start, (start - at) * scale, false)
    draw(end, pauseWidth, true)
  }
  draw(last.end, (last.end - at) * scale, false)
  return stretches
}

/** Where on the axis a moment is, in percent. */
export function position(axis: readonly Stretch[], time: number): number {
  const stretch = axis.find(({ to }) => time <= to) ?? axis.at(-1)
  if (!stretch) return 0
  const { from, to, left, right } = stretch
  const share = to > from ? (time - from) / (to - from) : 0
  return left + (right - left) * Math.min(1, Math.max(0, share))
}

/** Round times (ms) for the axis, about one in a fifth of its width; each stretch's beginning is one. */
export function ticks(axis: readonly Stretch[]): number[] {
  return axis
    .filter(({ isPause }) => !isPause)
    .flatMap(({ from, to, left, right }) => {
      const step = roundStep((to - from) / Math.max(1, (right - left) / 20))
      const times = [from]
      if (step > 0) for (let time = (Math.floor(from / step) + 1) * step; time < to - step / 4; time += step) times.push(time)
      return times.filter((time) => time === from || time - from > step * 0.75)
    })
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function roundStep(least: number): number {
  if (!(least > 0)) return 0
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

function merge(spans: readonly Interval[]): Interval[] {
  const merged: Interval[] = []
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}
