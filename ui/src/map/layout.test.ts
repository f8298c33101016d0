import { expect, it } from 'vitest'
import { clusters, services } from '../api/traffic'
import { callLine, layOut, nodeAt, podPlaces, wayCount, wayTo, type Box } from './layout'

const sizes = [
  [304, 860, 1],
  [879, 860, 1],
  [880, 460, 1],
  [1200, 520, 1],
  [1680, 620, 1],
  [1860, 560, 1.3],
  [1860, 389, 1.5],
] as const

const noPlaces = { start: 0, door: 0, border: 0, service: 0, end: 0 }
const apart = (a: Box, b: Box) => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
const inside = (outer: Box, { x, y, width, height }: Box) =>
  x >= outer.x && y >= outer.y && x + width <= outer.x + outer.width && y + height <= outer.y + outer.height
const pairs = <T>(items: readonly T[]) => items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const))

it.each(sizes)('keeps all that has a text inside of %i × %i px (scale %d), and apart', (width, height, scale) => {
  const { callers, gateway, gatewayCalls, nodes, stores } = layOut(width, height, scale)
  const boxes = [callers, gateway, gatewayCalls, ...nodes.flatMap(({ name, calls, edge }) => [name, calls, edge]), ...Object.values(stores)]
  for (const { x, y, width: w, height: h } of boxes) {
    expect(Math.min(x, y, w, h)).toBeGreaterThanOrEqual(0)
    expect(x + w).toBeLessThanOrEqual(width + 0.01)
    expect(y + h).toBeLessThanOrEqual(height + 0.01)
  }
  for (const [a, b] of pairs(boxes)) expect(apart(a, b), JSON.stringify([a, b])).toBe(true)
})

it.each(sizes)('leaves room for a finger on all of %i × %i px (scale %d)', (width, height, scale) => {
  const { callers, gateway, nodes, stores } = layOut(width, height, scale)
  for (const box of [callers, gateway, ...nodes.flatMap(({ name, edge }) => [name, edge]), ...Object.values(stores)])
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24)
})

it('puts services and stores into the box of their cluster', () => {
  for (const [width, height, scale] of sizes) {
    const { clusters: boxes, nodes, stores } = layOut(width, height, scale)
    for (const { cluster, box } of nodes) expect(inside(boxes[cluster], box)).toBe(true)
    expect(inside(boxes.ctx1, stores.database) && inside(boxes.ctx1, stores.kafka) && inside(boxes.ctx2, stores.redis)).toBe(true)
  }
})

it.each(sizes)('leads each way from the gateway over its door and the border to a pod (%i × %i px)', (width, height, scale) => {
  const layout = layOut(width, height, scale)
  expect(layout.ways).toHaveLength(wayCount)
  for (const service of services)
    for (const cluster of clusters)
      for (let place = 0; place < podPlaces; place++) {
        const way = layout.ways[wayTo(service, cluster, place)]
        const pod = layout.nodes[nodeAt(service, cluster)]?.pods[place]
        expect(way?.track.points.at(-1)?.x).toBeCloseTo(pod?.x ?? NaN)
        expect(way?.track.points.at(-1)?.y).toBeCloseTo(pod?.y ?? NaN)
        const { start, door, border, service: entry, end } = way?.places ?? noPlaces
        const inOrder = [start, door, border, entry, end]
        expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
        expect(start).toBeLessThan(door)
        expect(border).toBeLessThan(end)
      }
})

it('draws the lines of own calls from their text to the store or the service', () => {
  for (const [width, height, scale] of sizes) {
    const layout = layOut(width, height, scale)
    for (const from of layout.nodes) {
      const line = callLine(layout, from, 'redis', 1)
      const { x, y, width: w, height: h } = layout.stores.redis
      const end = line.at(-1)
      expect(end && end.x >= x && end.x <= x + w && end.y >= y && end.y <= y + h).toBe(true)
    }
  }
})
