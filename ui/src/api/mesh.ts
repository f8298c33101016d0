import { send } from './http'

export type ResourceState = 'accepted' | 'refused' | 'passedOver'

/** How much of a resource is carried out; older ones may have the rest. */
export type InForce = 'wholly' | 'partly' | 'no'

/** What is to be said of a resource, at a line of the text from 1; null when it has none. */
export interface LineMessage {
  line: number | null
  message: string
}

export interface ResourceName {
  kind: string
  namespace: string
  name: string
}

export interface ResourceRow extends ResourceName {
  apiVersion: string
  file: string
  line: number
  state: ResourceState
  /** Null for what the mesh never carries out. */
  inForce: InForce | null
  resourceVersion: string
  problems: LineMessage[]
  /** What is wrong without being a reason to refuse it: a rival that wins, a rule that is never reached. */
  warnings: LineMessage[]
  /** Fields that are right, but that the local mesh does not carry out. */
  notCarriedOut: LineMessage[]
  editable: boolean
  /** Written by whatever runs the services, and by nobody else. */
  generated: boolean
}

/** What a resource says, or has said until the next one. */
export interface ResourceVersion {
  version: string
  time: string
  /** Null: by hand, in the file or with kubectl. */
  user: string | null
  /** What for, such as `weights`, `yaml`, `undo`, `hand`, `found`. */
  what: string
}

export interface Resource extends ResourceName {
  file: string
  line: number
  resourceVersion: string
  /** This resource's own text; lines of messages count in it. */
  yaml: string
  state: ResourceState
  inForce: InForce | null
  problems: LineMessage[]
  warnings: LineMessage[]
  notCarriedOut: LineMessage[]
  editable: boolean
  /** The newest first, which is the one in force. */
  versions: ResourceVersion[]
}

const pathOf = ({ kind, namespace, name }: ResourceName, action = '') =>
  `/api/mesh/resources/${encodeURIComponent(kind)}/${encodeURIComponent(name)}${action}?namespace=${encodeURIComponent(namespace)}`

export const getResources = () => send<{ resources: ResourceRow[] }>('GET', '/api/mesh/resources', { anonymous: true })
export const getResource = (name: ResourceName) => send<Resource>('GET', pathOf(name), { anonymous: true })
export const getVersion = (name: ResourceName, version: string) =>
  send<ResourceVersion & { yaml: string }>('GET', pathOf(name, `/versions/${encodeURIComponent(version)}`), { anonymous: true })
export const putResource = (name: ResourceName, yaml: string, resourceVersion: string) =>
  send<Resource>('PUT', pathOf(name), { body: { yaml, resourceVersion } })
/** Takes `resourceVersion` back: puts the version before it in force, or another one. */
export const undoResource = (name: ResourceName, resourceVersion: string, to?: string) =>
  send<Resource>('POST', pathOf(name, '/undo'), { body: { resourceVersion, to } })

export const putDrill = (cluster: string, down: boolean) =>
  send<unknown>('PUT', `/api/mesh/drill/${encodeURIComponent(cluster)}`, { body: { down } })

/** Whether requests go to the other cluster when their own has nobody. */
export interface Failover {
  inForce: boolean
  /** False where it cannot be turned on here. */
  available: boolean
}

export const getFailover = () => send<Failover>('GET', '/api/mesh/failover', { anonymous: true })
export const putFailover = (inForce: boolean) => send<Failover>('PUT', '/api/mesh/failover', { body: { inForce } })
