import type { InForce, ResourceState } from '../api/mesh'

/** What becomes of a resource, in one word. */
export type Standing = 'wholly' | 'partly' | 'not' | 'refused' | 'valid' | 'passedOver'

/** What a resource's chip says: a refusal before anything else, then how much of it is in force. */
export function standingOf({ state, inForce }: { state: ResourceState; inForce: InForce | null }): Standing {
  if (state !== 'accepted') return state
  if (inForce === null) return 'valid'
  return inForce === 'no' ? 'not' : inForce
}

/** Whether it is accepted, and yet others have some of what it asks for. */
export const isBeaten = (resource: { state: ResourceState; inForce: InForce | null }) =>
  ['partly', 'not'].includes(standingOf(resource))
