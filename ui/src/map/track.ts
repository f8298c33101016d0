export interface Point {
  x: number
  y: number
}

/** A way on the map, as points at equal distances along it: where a mark is takes no search. */
export interface Track {
  readonly points: readonly Point[]
  /** In pixels. */
  readonly length: number
}

/** How many points a track has; a mark moves straight between two of them. */
export const trackPoints = 64

/** The way along straight lines through `corners`. */
export function trackThrough(corners: readonly Point[]): Track {
  const lengths = corners.map((corner, i) => distance(corner, corners[i - 1] ?? corner))
  const length = lengths.reduce((sum, part) => sum + part, 0)
  let corner = 1
  let passed = 0
  const points = Array.from({ length: trackPoints }, (_, i) => {
    const along = (length * i) / (trackPoints - 1)
    while (corner < corners.length - 1 && passed + at(lengths, corner) < along) passed += at(lengths, corner++)
    return between(at(corners, corner - 1), at(corners, corner), Math.min(1, (along - passed) / (at(lengths, corner) || 1)))
  })
  return { points, length }
}

/** Points of a cubic Bézier curve that leaves `from` and enters `to` in the directions of its handles. */
export function curve(from: Point, handle1: Point, handle2: Point, to: Point): Point[] {
  return Array.from({ length: 17 }, (_, i) => {
    const t = i / 16
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3]
    return { x: a * from.x + b * handle1.x + c * handle2.x + d * to.x, y: a * from.y + b * handle1.y + c * handle2.y + d * to.y }
  })
}

/** An S between two points that lie beside each other. */
export function sideways(from: Point, to: Point): Point[] {
  const middle = (from.x + to.x) / 2
  return curve(from, { x: middle, y: from.y }, { x: middle, y: to.y }, to)
}

/** The part of a track after which it is first there; all of it when it never is. */
export function partUntil(track: Track, isThere: (point: Point) => boolean): number {
  const i = track.points.findIndex(isThere)
  return i < 0 ? 1 : i / (trackPoints - 1)
}

/** For SVG's `points`. */
export const svgPoints = (points: readonly Point[]) => points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y)

const between = (a: Point, b: Point, part: number): Point => ({ x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part })

function at<T>(items: readonly T[], i: number): T {
  const item = items[i]
  if (item === undefined) throw new RangeError(`nothing at ${i}`)
  return item
}
