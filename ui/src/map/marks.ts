import type { Outcome } from '../traffic/outcome'
import type { Ending, Journey } from './journey'
import { wayCount, type Way } from './layout'
import { trackPoints } from './track'

/** So many marks at once; what there is more, the edges' thickness tells. */
export const markCapacity = 300

const outcomes: readonly Outcome[] = ['ok', 'refused', 'failed']
const endings: readonly Ending[] = ['arrive', 'burst', 'stop']
/** In, a wait, and for each try there and back. */
const maxLegs = 10

/** How long (ms) a mark is seen where it ended: what did not go well is what one looks for. */
const endMs = {
  arrive: { ok: 160, refused: 500, failed: 700 },
  burst: { ok: 600, refused: 600, failed: 600 },
  stop: { ok: 500, refused: 800, failed: 800 },
}

/** Takes a mark as it is now; `phase` is null on its way, and runs from 0 to 1 where it ended. */
export type DrawMark = (
  x: number,
  y: number,
  outcome: number,
  ending: number,
  phase: number | null,
  isWaiting: boolean,
  isCopy: boolean,
) => void

/** Marks on their ways. All memory is taken at the start: a frame allocates nothing. */
export class Marks {
  /** The ways' points, and there the direction across. */
  readonly #x = new Float32Array(wayCount * trackPoints)
  readonly #y = new Float32Array(wayCount * trackPoints)
  readonly #acrossX = new Float32Array(wayCount * trackPoints)
  readonly #acrossY = new Float32Array(wayCount * trackPoints)
  #ways: readonly Way[] = []

  readonly #started = new Float64Array(markCapacity)
  readonly #outcome = new Uint8Array(markCapacity)
  readonly #ending = new Uint8Array(markCapacity)
  readonly #isCopy = new Uint8Array(markCapacity)
  readonly #lane = new Float32Array(markCapacity)
  readonly #legs = new Uint8Array(markCapacity)
  readonly #leg = new Uint8Array(markCapacity)
  readonly #endsFor = new Float32Array(markCapacity)
  /** Of each mark's legs: the way, its parts, and when (ms since the mark's start) it begins. */
  readonly #way = new Uint8Array(markCapacity * maxLegs)
  readonly #from = new Float32Array(markCapacity * maxLegs)
  readonly #to = new Float32Array(markCapacity * maxLegs)
  readonly #begins = new Float32Array(markCapacity * (maxLegs + 1))

  /** The marks there are: the first `active`; the rest are free. */
  readonly #order = Uint16Array.from({ length: markCapacity }, (_, i) => i)
  #active = 0
  #lanes = 0

  /** @param laneWidth how far (px) from its edge's middle a mark may run */
  constructor(private readonly laneWidth = 6) {}

  get active(): number {
    return this.#active
  }

  /** Takes the ways as they are laid out now; marks that are under way go on there. */
  layOut(ways: readonly Way[]): void {
    this.#ways = ways
    ways.forEach(({ track: { points } }, way) => {
      points.forEach(({ x, y }, i) => {
        const [before, after] = [points[Math.max(0, i - 1)] ?? { x, y }, points[i + 1] ?? { x, y }]
        const length = Math.hypot(after.x - before.x, after.y - before.y) || 1
        const at = way * trackPoints + i
        this.#x[at] = x
        this.#y[at] = y
        this.#acrossX[at] = (before.y - after.y) / length
        this.#acrossY[at] = (after.x - before.x) / length
      })
    })
  }

  /** Sends a mark on its way; false when there is no place for it. */
  start(journey: Journey, now: number): boolean {
    const mark = this.#order[this.#active]
    if (mark === undefined || this.#ways.length === 0) return false
    this.#active++
    let begins = 0
    const legs = Math.min(maxLegs, journey.legs.length)
    for (let i = 0; i < legs; i++) {
      const leg = journey.legs[i]
      const way = leg && this.#ways[leg.way]
      if (!way) continue
      this.#way[mark * maxLegs + i] = leg.way
      this.#from[mark * maxLegs + i] = way.places[leg.from]
      this.#to[mark * maxLegs + i] = way.places[leg.to]
      this.#begins[mark * (maxLegs + 1) + i] = begins
      begins += leg.ms
    }
    this.#begins[mark * (maxLegs + 1) + legs] = begins
    this.#started[mark] = now + journey.after
    this.#outcome[mark] = outcomes.indexOf(journey.outcome)
    this.#ending[mark] = endings.indexOf(journey.ending)
    this.#isCopy[mark] = journey.isCopy ? 1 : 0
    // Beside each other, so that marks that follow closely do not hide each other.
    this.#lane[mark] = (((this.#lanes++ * 0.618) % 1) * 2 - 1) * this.laneWidth
    this.#legs[mark] = legs
    this.#leg[mark] = 0
    this.#endsFor[mark] = endMs[journey.ending][journey.outcome]
    return true
  }

  clear(): void {
    this.#active = 0
  }

  /** Calls `draw` for each mark as it is at `now`, and forgets those that have ended. */
  each(now: number, draw: DrawMark): void {
    for (let i = 0; i < this.#active; ) {
      const mark = value(this.#order, i)
      if (this.#draw(mark, now - value(this.#started, mark), draw)) i++
      else {
        this.#active--
        this.#order[i] = value(this.#order, this.#active)
        this.#order[this.#active] = mark
      }
    }
  }

  /** False when the mark has ended. */
  #draw(mark: number, age: number, draw: DrawMark): boolean {
    if (age < 0) return true
    const legs = value(this.#legs, mark)
    const first = mark * (maxLegs + 1)
    let leg = value(this.#leg, mark)
    while (leg < legs && value(this.#begins, first + leg + 1) <= age) leg++
    this.#leg[mark] = leg
    const hasEnded = leg === legs
    const phase = hasEnded ? (age - value(this.#begins, first + legs)) / value(this.#endsFor, mark) : null
    if (phase !== null && phase >= 1) return false
    const at = mark * maxLegs + Math.min(leg, legs - 1)
    const from = value(this.#from, at)
    const to = value(this.#to, at)
    const begins = value(this.#begins, first + leg)
    const part = hasEnded ? to : from + ((to - from) * (age - begins)) / (value(this.#begins, first + leg + 1) - begins || 1)
    const isWaiting = !hasEnded && from === to
    const step = part * (trackPoints - 1)
    const i = value(this.#way, at) * trackPoints + Math.min(trackPoints - 2, Math.floor(step))
    const rest = step - Math.min(trackPoints - 2, Math.floor(step))
    // All go through the middle of the gateway's door and of their pod; who waits stands wide apart.
    const lane = value(this.#lane, mark) * (isWaiting ? 3 : Math.min(1, 8 * Math.min(part, 1 - part) + 0.3))
    draw(
      value(this.#x, i) * (1 - rest) + value(this.#x, i + 1) * rest + value(this.#acrossX, i) * lane,
      value(this.#y, i) * (1 - rest) + value(this.#y, i + 1) * rest + value(this.#acrossY, i) * lane,
      value(this.#outcome, mark),
      value(this.#ending, mark),
      phase,
      isWaiting,
      value(this.#isCopy, mark) === 1,
    )
    return true
  }
}

/** The index is always inside. */
const value = (array: Float32Array | Float64Array | Uint8Array | Uint16Array, i: number) => array[i] as number
