import type { Outcome } from '../traffic/outcome'
import type { Journey } from './journey'
import type { Way } from './layout'
import { markCapacity, Marks } from './marks'

/** Colours as the page shows them now. */
export type MarkColours = Record<Outcome | 'outline', string>

const outcomes: readonly Outcome[] = ['ok', 'refused', 'failed']
/** How a mark can look: under way, as a copy, in a wait, where it ended, and the steps of a burst. */
const looks = { moving: 0, copy: 1, waiting: 2, ended: 3, burst: 4 }
const burstSteps = 6
const lookCount = looks.burst + burstSteps
/** A picture's sides, and how large in it a mark is (px at scale 1). */
const cell = 44
const radius = 5.5

/**
 * Draws marks on a canvas. Each look is painted once and then copied, which is cheap without a graphics processor too.
 * Frames are asked for only while something moves.
 */
export class MarkLayer {
  readonly #marks = new Marks()
  readonly #pictures = document.createElement('canvas')
  readonly #context: CanvasRenderingContext2D | null
  #frame = 0
  #ratio = 1
  #scale = 1
  /** Marks that were started. */
  started = 0
  /** Requests for which there was no mark left. */
  beyond = 0

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d')
  }

  get active(): number {
    return this.#marks.active
  }

  /** Takes the ways and the size (px) in which they are laid out. */
  layOut(ways: readonly Way[], width: number, height: number, scale: number, colours: MarkColours): void {
    this.#ratio = window.devicePixelRatio
    this.#scale = scale
    this.canvas.width = Math.round(width * this.#ratio)
    this.canvas.height = Math.round(height * this.#ratio)
    this.#marks.layOut(ways)
    this.paint(colours)
  }

  /** Paints the pictures anew. */
  paint(colours: MarkColours): void {
    const side = this.#side
    this.#pictures.width = side * lookCount
    this.#pictures.height = side * outcomes.length
    const context = this.#pictures.getContext('2d')
    if (!context) return
    outcomes.forEach((outcome, row) => {
      for (let look = 0; look < lookCount; look++) {
        context.save()
        context.translate((look + 0.5) * side, (row + 0.5) * side)
        context.scale(this.#ratio * this.#scale, this.#ratio * this.#scale)
        paintMark(context, outcome, look, colours)
        context.restore()
      }
    })
  }

  /** Whether there is a mark left for one more request; one without is counted. */
  hasPlace(): boolean {
    const isFull = this.#marks.active === markCapacity
    if (isFull) this.beyond++
    return !isFull
  }

  start(journey: Journey): void {
    if (!this.#marks.start(journey, performance.now())) return
    this.started++
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw)
  }

  /** Ends all marks at once. */
  clear(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#marks.clear()
    this.#context?.clearRect(0, 0, this.canvas.width, this.canvas.height)
  }

  get #side(): number {
    return Math.ceil(cell * this.#scale * this.#ratio)
  }

  readonly #draw = () => {
    this.#context?.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.#marks.each(performance.now(), this.#copy)
    this.#frame = this.#marks.active > 0 ? requestAnimationFrame(this.#draw) : 0
  }

  readonly #copy = (x: number, y: number, outcome: number, ending: number, phase: number | null, isWaiting: boolean, isCopy: boolean) => {
    const context = this.#context
    if (!context) return
    const side = this.#side
    let look = isCopy ? looks.copy : isWaiting ? looks.waiting : looks.moving
    if (phase !== null) {
      if (ending === 1) look = looks.burst + Math.min(burstSteps - 1, Math.floor(phase * burstSteps))
      else if (!isCopy) look = looks.ended
      context.globalAlpha = ending === 1 ? 1 : 1 - phase * phase
    }
    // What moves needs the middle of its picture only.
    const part = look < looks.waiting ? Math.ceil(side / 3) : side
    const inset = (side - part) >> 1
    const left = Math.round(x * this.#ratio - part / 2)
    const top = Math.round(y * this.#ratio - part / 2)
    context.drawImage(this.#pictures, look * side + inset, outcome * side + inset, part, part, left, top, part, part)
    if (phase !== null) context.globalAlpha = 1
  }
}

function paintMark(context: CanvasRenderingContext2D, outcome: Outcome, look: number, colours: MarkColours): void {
  context.fillStyle = colours[outcome]
  context.strokeStyle = colours.outline
  context.lineWidth = 1.2
  if (look >= looks.burst) return paintBurst(context, (look - looks.burst) / (burstSteps - 1), colours[outcome], colours.outline)
  context.globalAlpha = look === looks.copy ? 0.4 : 1
  const size = look === looks.ended ? radius * 1.5 : radius
  context.beginPath()
  shape(context, outcome, size)
  context.fill()
  context.stroke()
  if (look !== looks.waiting) return
  // Held back: a ring around it.
  context.setLineDash([3, 2.5])
  context.lineWidth = 1.8
  context.beginPath()
  context.arc(0, 0, radius * 2, 0, 2 * Math.PI)
  context.stroke()
}

/** Its path, of about the same area for all: a circle, a diamond or a square. */
function shape(context: CanvasRenderingContext2D, outcome: Outcome, size: number): void {
  if (outcome === 'ok') context.arc(0, 0, size, 0, 2 * Math.PI)
  else if (outcome === 'failed') context.rect(-size * 0.92, -size * 0.92, size * 1.84, size * 1.84)
  else {
    const tip = size * 1.35
    context.moveTo(0, -tip)
    context.lineTo(tip, 0)
    context.lineTo(0, tip)
    context.lineTo(-tip, 0)
    context.closePath()
  }
}

function paintBurst(context: CanvasRenderingContext2D, step: number, colour: string, outline: string): void {
  const inner = radius * (0.4 + 1.6 * step)
  const outer = radius * (1.6 + 2 * step)
  context.globalAlpha = 1 - 0.8 * step
  context.beginPath()
  for (let ray = 0; ray < 8; ray++) {
    const angle = (ray * Math.PI) / 4
    context.moveTo(Math.cos(angle) * inner, Math.sin(angle) * inner)
    context.lineTo(Math.cos(angle) * outer, Math.sin(angle) * outer)
  }
  context.lineCap = 'round'
  context.strokeStyle = outline
  context.lineWidth = 5
  context.stroke()
  context.strokeStyle = colour
  context.lineWidth = 3
  context.stroke()
}
