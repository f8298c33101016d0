import type { ClusterName, ServiceName } from '../api/traffic'
import type { Store } from './layout'
import type { Caller } from './ownCalls'

/** What one can press on the map. */
export type Part =
  | { kind: 'callers' }
  | { kind: 'gateway' }
  | { kind: 'edge' | 'service'; service: ServiceName; cluster: ClusterName }
  | { kind: 'calls'; caller: Caller }
  | { kind: 'store'; store: Store }

/** Names a part in the document. */
export const partKey = (part: Part) => Object.values(part).join(' ')
