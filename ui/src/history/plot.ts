import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { gutter, type Strips } from './strips'

export interface Span {
  from: number
  to: number
}

/** A line at a time; seconds since 1970. */
export interface Line {
  time: number
  isBad: boolean
}

export interface Plot {
  draw(strips: Strips, span: Span, lines: readonly Line[]): void
  resize(width: number): void
  /** Draws again, in colours that have changed. */
  recolour(): void
  close(): void
}

type Colour = '--share' | '--configured' | '--band' | '--p50' | '--p95' | '--errors' | '--grid' | '--label' | '--mark' | '--bad-mark'

/**
 * Draws one strip into `root`, whose custom properties are the colours: a canvas knows no `var()`.
 * @param height in CSS pixels
 * @param clock writes a time, in seconds since 1970
 */
export function openPlot(root: HTMLElement, kind: 'share' | 'latency', height: number, clock: (seconds: number) => string): Plot {
  const colour = (name: Colour) => () => getComputedStyle(root).getPropertyValue(name).trim()
  let lines: readonly Line[] = []
  let span: Span = { from: 0, to: 1 }

  const axis = (extra: uPlot.Axis): uPlot.Axis => ({
    stroke: colour('--label'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
    gap: 4,
    filter: (_, splits) => splits,
    ...extra,
  })
  const plot = new uPlot(
    {
      width: Math.max(1, root.clientWidth),
      height,
      padding: [6, 2, kind === 'share' ? 7 : 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: () => [span.from, span.to] },
        percent: { range: () => [0, 100] },
        // Whole powers of ten, so that the strip does not jump at each answer.
        ms: { distr: 3, range: (_, min, max) => [10 ** Math.floor(Math.log10(min || 1)), 10 ** Math.ceil(Math.log10((max || 1) * 1.01))] },
      },
      axes: [
        kind === 'share'
          ? axis({ size: 0, values: () => [] })
          : axis({ size: 18, space: 64, values: (u, times) => timesThatFit(u, times, clock) }),
        kind === 'share'
          ? axis({ scale: 'percent', size: gutter, splits: () => [0, 50, 100], values: (_, values) => values.map((value) => `${value} %`) })
          : axis({
              scale: 'ms',
              size: gutter,
              splits: (_, __, min, max) => powers(min, max),
              values: (_, values) => values.map((value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`)),
            }),
      ],
      series: [{}, ...(kind === 'share' ? shareSeries(colour) : latencySeries(colour))],
      bands: kind === 'share' ? [{ series: [2, 1], fill: colour('--band') }] : [],
      hooks: { drawAxes: [(u) => drawLines(u, lines, colour)] },
    },
    undefined,
    root,
  )

  return {
    draw(strips, next, marks) {
      span = next
      lines = marks
      plot.setData(kind === 'share' ? shareData(strips) : latencyData(strips))
    },
    resize: (width) => plot.setSize({ width, height }),
    recolour: () => plot.redraw(false, true),
    close: () => plot.destroy(),
  }
}

const { stepped, linear, bars } = uPlot.paths as Required<typeof uPlot.paths>

function shareSeries(colour: (name: Colour) => () => string): uPlot.Series[] {
  const base: uPlot.Series = { scale: 'percent', points: { show: false }, paths: stepped({ align: 1 }) }
  return [
    { ...base, width: 0 },
    { ...base, width: 0 },
    { ...base, stroke: colour('--configured'), width: 1.5, dash: [5, 4] },
    { ...base, stroke: colour('--share'), width: 2, paths: linear() },
  ]
}

const shareData = ({ times, low, high, configured, share }: Strips) => [times, low, high, configured, share] as uPlot.AlignedData

function latencySeries(colour: (name: Colour) => () => string): uPlot.Series[] {
  const base: uPlot.Series = { scale: 'ms', paths: linear(), points: { show: true, size: 3, filter: isolated } }
  return [
    {
      scale: 'percent', stroke: colour('--errors'), fill: colour('--errors'), width: 0, points: { show: false },
      paths: bars({ size: [1, Infinity, 2], align: 1 }),
    },
    { ...base, stroke: colour('--p95'), width: 1.5, dash: [3, 2] },
    { ...base, stroke: colour('--p50'), width: 1.5 },
  ]
}

const latencyData = ({ times, errors, p95Ms, p50Ms }: Strips) => [times, errors, p95Ms, p50Ms] as uPlot.AlignedData

/** Points with no neighbour: no line shows them. */
function isolated(u: uPlot, index: number): number[] | null {
  const values = u.data[index] ?? []
  const none = (at: number, step: number) => {
    while (values[at] === undefined && at >= 0 && at < values.length) at += step
    return (values[at] ?? null) === null
  }
  return Array.from(values.keys()).filter((at) => typeof values[at] === 'number' && none(at - 1, -1) && none(at + 1, 1))
}

/** One that the right edge would cut is left out. */
const timesThatFit = (u: uPlot, times: readonly number[], clock: (seconds: number) => string) =>
  times.map((time) => (u.valToPos(time, 'x') > u.bbox.width / devicePixelRatio - 16 ? '' : clock(time)))

/** Powers of ten, so many as there is room for. */
function powers(min: number, max: number): number[] {
  const low = Math.round(Math.log10(min))
  const count = Math.round(Math.log10(max)) - low
  const every = count > 3 ? 2 : 1
  return Array.from({ length: Math.floor(count / every) + 1 }, (_, i) => Number((10 ** (low + i * every)).toPrecision(1)))
}

function drawLines(u: uPlot, lines: readonly Line[], colour: (name: Colour) => () => string): void {
  const { ctx, bbox } = u
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  for (const { time, isBad } of lines) {
    const x = Math.round(u.valToPos(time, 'x', true)) + 0.5
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = colour(isBad ? '--bad-mark' : '--mark')()
    ctx.beginPath()
    ctx.moveTo(x, 0)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
