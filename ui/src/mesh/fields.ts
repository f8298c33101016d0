import type { YamlPlace } from './yamlPath'

/** A field as Istio's CRDs describe it, without their texts. */
export interface Field {
  type?: string | null
  fields?: Record<string, Field>
  items?: Field
  /** Of a map with keys of the author's own. */
  values?: Field
  enum?: string[]
  required?: string[]
  minimum?: number
  maximum?: number
}

/** The `spec` of each kind. */
export type Kinds = Record<string, Field>

export interface Proposal {
  name: string
  /** Its type, and what it may be. */
  detail: string
  isRequired: boolean
  /** What is written for it. */
  text: string
}

const text: Field = { type: 'string' }
const names: Field = { type: 'object', values: text }

/** A resource of a kind, with what Kubernetes has around its `spec`. */
const resourceOf = (spec: Field | undefined): Field => ({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  fields: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object', required: ['name'], fields: { name: text, namespace: text, labels: names, annotations: names } },
    spec: spec ?? { type: 'object' },
  },
})

/** What may be written at a place: names of fields, or values. */
export function proposals(kinds: Kinds, kind: string, { path, key, column }: YamlPlace): Proposal[] {
  let field: Field | undefined = resourceOf(kinds[kind])
  for (const name of key === null ? path : [...path, key]) field = inside(field)?.fields?.[name] ?? inside(field)?.values
  const here = inside(field)
  if (!here) return []
  if (key !== null) return valuesOf(here).map((name) => ({ name, detail: '', isRequired: false, text: name }))
  return Object.entries(here.fields ?? {}).map(([name, child]) => {
    const isRequired = here.required?.includes(name) ?? false
    return { name, detail: describe(child), isRequired, text: name + opening(child, column) }
  })
}

/** A list stands for its items. */
const inside = (field: Field | undefined): Field | undefined => (field?.items ? inside(field.items) : field)

const valuesOf = ({ type, enum: values = [] }: Field) => (type === 'boolean' ? ['true', 'false'] : values)

function opening({ type, items, fields, values }: Field, column: number): string {
  const next = `\n${' '.repeat(column + 2)}`
  if (items || type === 'array') return `:${next}- `
  return fields || values ? `:${next}` : ': '
}

function describe(field: Field): string {
  const { type, items, values, enum: allowed, minimum, maximum } = field
  if (items) return `[ ${describe(items)} ]`
  if (values) return `{ … : ${describe(values)} }`
  if (allowed) return allowed.join(' | ')
  const limits = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}…${maximum ?? ''}`
  return `${type ?? 'object'}${limits}`
}
