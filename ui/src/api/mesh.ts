import { send } from './http'
import type { Narrow, Schemas } from './schemas'

export type ResourceState = 'accepted' | 'refused' | 'passedOver'

/** How much of a resource is carried out; older ones may have the rest. */
export type InForce = 'wholly' | 'partly' | 'no'

/** What is to be said of a resource, at a line of the text from 1; null when it has none. */
export type LineMessage = Gateway['ResourceProblem']

export type ResourceName = Gateway['ResourceKey']

export type ResourceRow = Narrow<Gateway['MeshResource'], ResourceName & { state: ResourceState; inForce: InForce | null }>

/** What a resource says, or has said until the next one. */
export type ResourceVersion = Gateway['ResourceVersion']

export type Resource = Narrow<Gateway['MeshResourceText'], ResourceName & { state: ResourceState; inForce: InForce | null }>

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
export type Failover = Gateway['FailoverReport']

export const getFailover = () => send<Failover>('GET', '/api/mesh/failover', { anonymous: true })
export const putFailover = (inForce: boolean) => send<Failover>('PUT', '/api/mesh/failover', { body: { inForce } })

type Gateway = Schemas['gateway']
