import { clusters, services, type ClusterName, type ServiceName } from '../api/traffic'
import { curve, partUntil, sideways, trackThrough, type Point, type Track } from './track'

export interface Box extends Point {
  width: number
  height: number
}

/** Stores by what they are for; what they are called, the traffic tells. */
export const stores = ['database', 'kafka', 'redis'] as const
export type Store = (typeof stores)[number]

/** Where the stores run, as k8s/overlays has them. */
export const storeClusters: Record<Store, ClusterName> = { database: 'ctx1', kafka: 'ctx1', redis: 'ctx2' }

/** The pods of a service in a cluster that have a place of their own; what there is more shares the last. */
export const podPlaces = 4
/** The lines of text that say where a service's own calls go. */
export const callLines = 4

/** Places along the way of a request; the way itself runs from `start` to `end`. */
export type Place = 'start' | 'door' | 'border' | 'service' | 'end'

export interface Way {
  track: Track
  /** Parts of the track's length, from 0 to 1. */
  places: Record<Place, number>
}

export interface ServiceNode {
  service: ServiceName
  cluster: ClusterName
  box: Box
  name: Box
  pods: Point[]
  podRadius: number
  /** Text about the edge that leads here from the gateway. */
  edge: Box
  /** The edge itself. */
  line: readonly Point[]
  /** Text about the calls from here. */
  calls: Box
}

export interface MapLayout {
  width: number
  height: number
  /** Of the type and all that has to go with it. */
  scale: number
  /** Drawn from top to bottom, for a narrow page. */
  isTall: boolean
  callers: Box
  gateway: Box
  gatewayCalls: Box
  clusters: Record<ClusterName, Box>
  /** Where rows are low, the text about a service's own calls stands in two columns. */
  callColumns: 1 | 2
  /** The height of the line with a cluster's name. */
  heading: number
  nodes: ServiceNode[]
  stores: Record<Store, Box>
  /** From the callers to the gateway, then from there to each pod: see `wayTo`. */
  ways: Way[]
}

export const wayIn = 0
/** The way to a pod's place. */
export const wayTo = (service: ServiceName, cluster: ClusterName, place: number) => 1 + nodeAt(service, cluster) * podPlaces + place
export const wayCount = 1 + services.length * clusters.length * podPlaces

/** The place of a service's node in `nodes`. */
export const nodeAt = (service: ServiceName, cluster: ClusterName) =>
  services.indexOf(service) * clusters.length + clusters.indexOf(cluster)

/** The size (px) of a text at scale 1. */
export const plainType = 13
/** Narrower than this (px, at scale 1) the map is drawn from top to bottom. */
export const tallBelow = 880

/** Lower than this (px, at scale 1) the lines of text would not fit above each other; the type is smaller then. */
const lowest = 430
/** The height (px, at scale 1) that it has to have from top to bottom. */
export const tallHeight = 860

/** Lays the map out in so many pixels; `scale` is that which the type should have. */
export function layOut(width: number, height: number, scale = 1): MapLayout {
  const wide = Math.min(scale, height / lowest)
  return width < tallBelow * wide ? layOutTall(width, height, Math.min(scale, height / tallHeight)) : layOutWide(width, height, wide)
}

const rightOf = ({ x, y, width, height }: Box): Point => ({ x: x + width, y: y + height / 2 })
const leftOf = ({ x, y, height }: Box): Point => ({ x, y: y + height / 2 })

function layOutWide(width: number, height: number, scale: number): MapLayout {
  const gap = 14 * scale
  const inset = 10 * scale
  const heading = 26 * scale
  const callers = { x: 0, y: height / 2 - 28 * scale, width: 78 * scale, height: 56 * scale }
  const approach = Math.max(36 * scale, width * 0.045)
  const gateway = { x: callers.width + approach, y: callers.y, width: 104 * scale, height: callers.height }
  const fan = Math.max(56 * scale, width * 0.05)
  const edge = { x: gateway.x + gateway.width + fan, width: Math.max(176 * scale, Math.min(230 * scale, width * 0.165)) }
  const left = edge.x + edge.width + 4
  const boxHeight = (height - gap) / 2
  const boxes = byCluster((cluster) => ({
    x: left, y: clusters.indexOf(cluster) * (boxHeight + gap), width: width - left, height: boxHeight,
  }))
  const storeWidth = 104 * scale
  const nameWidth = 144 * scale
  const row = (boxHeight - heading - inset) / services.length
  const room = width - left - 2 * inset - nameWidth - storeWidth - 44 * scale
  const callColumns = row / callLines < 14 * scale && room > 330 * scale ? 2 : 1
  const callsWidth = Math.min(callColumns * 200 * scale, room)
  const nodes = eachNode((service, cluster) => {
    const top = boxes[cluster].y + heading + services.indexOf(service) * row
    const box = { x: left + inset, y: top, width: nameWidth + callsWidth, height: row - 6 }
    const middle = top + box.height / 2
    const name = { ...box, width: nameWidth }
    const calls = { x: box.x + nameWidth, y: top + 3, width: callsWidth, height: box.height - 6 }
    const order = clusters.indexOf(cluster) * services.length + services.indexOf(service)
    const from = { x: gateway.x + gateway.width, y: height / 2 + (order - 2.5) * 7 }
    const line = [...sideways(from, { x: edge.x, y: middle }), { x: box.x, y: middle }]
    return {
      service, cluster, box, name, calls, line,
      edge: { x: edge.x, y: top, width: edge.width, height: box.height },
      ...podsIn(name, scale),
    }
  })
  const placeStore = (store: Store): Box => {
    const box = boxes[storeClusters[store]]
    const neighbours = stores.filter((other) => storeClusters[other] === storeClusters[store])
    const part = (box.height - heading - inset) / neighbours.length
    const storeHeight = Math.min(56 * scale, part - 8)
    return {
      x: width - inset - storeWidth,
      y: box.y + heading + neighbours.indexOf(store) * part + (part - storeHeight) / 2,
      width: storeWidth,
      height: storeHeight,
    }
  }
  const inTrack = trackThrough([rightOf(callers), leftOf(gateway)])
  return {
    width, height, scale, callColumns, isTall: false, callers, gateway, heading, nodes,
    gatewayCalls: { x: callers.x, y: gateway.y + gateway.height + 6, width: gateway.x + gateway.width, height: 46 * scale },
    clusters: boxes,
    stores: byStore(placeStore),
    ways: waysOf(inTrack, nodes, scale, ({ x }) => x >= left - 10),
  }
}

function layOutTall(width: number, height: number, scale: number): MapLayout {
  const top = 104 * scale
  const heading = 26 * scale
  const gutter = 22 * scale
  const rail = 9 * scale
  const boxWidth = (width - gutter) / 2
  const storeHeight = 40 * scale
  const callers = { x: 0, y: 0, width: 72 * scale, height: 48 * scale }
  const gateway = { x: width / 2 - 46 * scale, y: 0, width: 92 * scale, height: 48 * scale }
  const boxes = byCluster((cluster) => ({
    x: cluster === 'ctx1' ? 0 : width - boxWidth, y: top, width: boxWidth, height: height - top,
  }))
  const row = (height - top - heading - storeHeight - 14 * scale) / services.length
  const nodes = eachNode((service, cluster) => {
    const first = cluster === 'ctx1'
    const y = top + heading + services.indexOf(service) * row
    const edge = { x: first ? 2 * rail : boxes.ctx2.x + 6, y, width: boxWidth - 2 * rail - 6, height: 52 * scale }
    const box = { x: edge.x, y: y + edge.height, width: edge.width, height: row - edge.height - 8 }
    const name = { ...box, height: 46 * scale }
    const calls = { ...box, y: box.y + name.height, height: box.height - name.height }
    const railX = first ? rail : width - rail
    const door = { x: first ? box.x : box.x + box.width, y: box.y + 34 * scale }
    const from = { x: width / 2 + (first ? -10 : 10), y: gateway.height }
    const down = (top + from.y) / 2
    const line = [...curve(from, { x: from.x, y: down }, { x: railX, y: down }, { x: railX, y: top }), { x: railX, y: door.y }, door]
    return { service, cluster, box, name, calls, edge, line, ...podsIn(name, scale) }
  })
  const placeStore = (store: Store): Box => {
    const box = boxes[storeClusters[store]]
    const neighbours = stores.filter((other) => storeClusters[other] === storeClusters[store])
    const each = (box.width - 12) / neighbours.length
    return { x: box.x + 6 + neighbours.indexOf(store) * each, y: height - storeHeight - 6, width: each - 4, height: storeHeight }
  }
  const inTrack = trackThrough([rightOf(callers), leftOf(gateway)])
  return {
    width, height, scale, callColumns: 1, isTall: true, callers, gateway, heading, nodes,
    gatewayCalls: { x: gateway.x + gateway.width + 8, y: 0, width: width - gateway.x - gateway.width - 8, height: 48 * scale },
    clusters: boxes,
    stores: byStore(placeStore),
    ways: waysOf(inTrack, nodes, scale, ({ y }) => y >= top - 4),
  }
}

/** The pods' places: beside each other under the service's name. */
function podsIn(name: Box, scale: number) {
  const podRadius = 7 * scale
  const pods = Array.from({ length: podPlaces }, (_, i) => ({
    x: name.x + 10 * scale + podRadius + i * 3.2 * podRadius,
    y: name.y + Math.min(name.height - podRadius - 5 * scale, name.height * 0.72),
  }))
  return { pods, podRadius }
}

/** What an edge from a service to a store or to another service looks like; `line` is that of the text about it, from 0. */
export function callLine(layout: MapLayout, from: ServiceNode | 'gateway', to: ServiceNode | Store, line: number): readonly Point[] {
  if (from === 'gateway') return gatewayLine(layout, to)
  const y = from.calls.y + ((line + 0.5) * from.calls.height) / callLines
  const toService = typeof to !== 'string'
  if (!layout.isTall) {
    const start = { x: from.box.x + from.box.width, y }
    if (toService) {
      const end = { x: to.box.x + to.box.width, y: to.box.y + to.box.height - 6 }
      const bulge = start.x + 44
      return curve(start, { x: bulge, y: start.y }, { x: bulge, y: end.y }, end)
    }
    const store = layout.stores[to]
    const row = clusters.indexOf(from.cluster) * services.length + services.indexOf(from.service)
    return sideways(start, { x: store.x, y: store.y + ((row + 1) * store.height) / (2 * services.length + 1) })
  }
  const first = from.cluster === 'ctx1'
  const middle = layout.width / 2
  const start = { x: first ? from.box.x + from.box.width : from.box.x, y }
  if (toService) {
    const end = { x: to.cluster === 'ctx1' ? to.box.x + to.box.width : to.box.x, y: to.name.y + to.name.height / 2 }
    return [start, { x: middle - 6, y: start.y }, { x: middle - 6, y: end.y }, end]
  }
  const store = layout.stores[to]
  const x = middle + (stores.indexOf(to) - 1) * 3
  const end = { x: store.x + store.width / 2, y: store.y }
  return [start, { x, y: start.y }, { x, y: end.y - 5 }, { x: end.x, y: end.y - 5 }, end]
}

/** The gateway's own calls go between the clusters. */
function gatewayLine({ gateway, width, height, isTall, stores: places }: MapLayout, to: ServiceNode | Store): readonly Point[] {
  const end = typeof to === 'string' ? places[to] : to.box
  if (isTall) {
    const x = width / 2
    const y = end.y - 5
    return [{ x, y: gateway.height }, { x, y }, { x: end.x + end.width / 2, y }, { x: end.x + end.width / 2, y: end.y }]
  }
  const x = end.x - 20
  return [rightOf(gateway), { x, y: height / 2 }, { x, y: end.y + end.height - 6 }, { x: end.x, y: end.y + end.height - 6 }]
}

function waysOf(inTrack: Track, nodes: readonly ServiceNode[], scale: number, isInCluster: (point: Point) => boolean): Way[] {
  const ways: Way[] = [{ track: inTrack, places: { start: 0, door: 1, border: 1, service: 1, end: 1 } }]
  for (const { line, pods } of nodes)
    for (const pod of pods) {
      const track = trackThrough([...line, pod])
      const door = Math.min(0.3, (26 * scale) / track.length)
      const border = partUntil(track, isInCluster)
      const entry = line.at(-1)
      const service = entry ? 1 - Math.hypot(pod.x - entry.x, pod.y - entry.y) / track.length : 1
      ways.push({ track, places: { start: 0, door, border, service, end: 1 } })
    }
  return ways
}

function eachNode(make: (service: ServiceName, cluster: ClusterName) => ServiceNode): ServiceNode[] {
  return services.flatMap((service) => clusters.map((cluster) => make(service, cluster)))
}

const byCluster = (make: (cluster: ClusterName) => Box): Record<ClusterName, Box> => ({ ctx1: make('ctx1'), ctx2: make('ctx2') })

const byStore = (make: (store: Store) => Box): Record<Store, Box> => ({
  database: make('database'), kafka: make('kafka'), redis: make('redis'),
})
