import { nextTick } from 'vue'
import { expect, it } from 'vitest'
import type { Resource } from '../api/mesh'
import { serve } from '../testing/server'
import { useResourceDraft } from './resourceDraft'

const name = { kind: 'VirtualService', namespace: 'messageboard', name: 'user-service' }
const former = { version: '0', time: '2026-11-20T22:00:00Z', user: 'admin', what: 'yaml' }
const resource = (resourceVersion: string, yaml: string): Resource => ({
  ...name, file: 'user-service.yaml', line: 1, resourceVersion, yaml,
  state: 'accepted', inForce: 'wholly', problems: [], warnings: [], notCarriedOut: [], editable: true, versions: [former],
})

/** A gateway that keeps one text; `bad` in it is refused at its line. */
async function gateway(inForce: Resource) {
  const seen: string[] = []
  const put = (next: Resource) => {
    inForce = next
  }
  await serve((request, answer) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const { yaml, resourceVersion } = (request.json ?? {}) as { yaml: string; resourceVersion: string }
    const line = yaml?.split('\n').findIndex((text) => text.includes('bad'))
    if (request.method === 'GET') answer(200, inForce)
    else if (resourceVersion !== inForce.resourceVersion) answer(409, { current: inForce })
    else if (request.method === 'POST') answer(200, (inForce = resource('0', (request.json as { to?: string }).to ?? 'former')))
    else if (line >= 0) answer(422, { problems: [{ line: line + 1, message: 'bad' }] })
    else answer(200, (inForce = resource(`${resourceVersion}+`, yaml)))
  })
  return { seen, put }
}

it('loads, edits and saves a text', async () => {
  const { seen } = await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  draft.yaml.value = 'kind: B'
  draft.edited()
  expect(draft.state.value).toBe('edited')
  await draft.save()
  expect([draft.state.value, draft.isEdited.value, draft.resource.value?.resourceVersion]).toEqual(['saved', false, '1+'])
  expect(seen).toEqual(['GET', 'PUT'].map((method) => `${method} /api/mesh/resources/VirtualService/user-service?namespace=messageboard`))
})

it('keeps a refused text, with the lines that were refused', async () => {
  await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  draft.yaml.value = 'kind: A\nspec: bad'
  await draft.save()
  expect([draft.state.value, draft.yaml.value]).toEqual(['refused', 'kind: A\nspec: bad'])
  expect(draft.refusals.value).toEqual([{ line: 2, message: 'bad' }])
  draft.yaml.value = 'kind: A\nspec: ba'
  draft.edited()
  expect(draft.refusals.value).toHaveLength(1)
  draft.yaml.value = 'kind: A'
  draft.edited()
  expect([draft.state.value, draft.refusals.value]).toEqual(['clean', []])
})

it('shows the other’s text beside its own after a conflict; either can be kept', async () => {
  const { put } = await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  put(resource('2', 'kind: theirs'))
  draft.yaml.value = 'kind: mine'
  expect(draft.against.value).toBe('kind: A')
  await draft.save()
  expect(draft.against.value).toBe('kind: theirs')
  expect([draft.state.value, draft.yaml.value, draft.theirs.value?.yaml]).toEqual(['conflict', 'kind: mine', 'kind: theirs'])
  await draft.save()
  expect([draft.state.value, draft.resource.value?.yaml]).toEqual(['saved', 'kind: mine'])
  put(resource('9', 'kind: theirs'))
  draft.yaml.value = 'kind: mine again'
  await draft.save()
  draft.discard()
  expect([draft.state.value, draft.yaml.value, draft.isEdited.value]).toEqual(['clean', 'kind: theirs', false])
})

it('never loads over an edit, and follows the mesh without one', async () => {
  const { put } = await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  put(resource('2', 'kind: B'))
  draft.yaml.value = 'kind: mine'
  await draft.load()
  expect(draft.yaml.value).toBe('kind: mine')
  draft.discard()
  await draft.load()
  await nextTick()
  expect([draft.yaml.value, draft.state.value]).toEqual(['kind: B', 'clean'])
})

it('follows what becomes of its text because of others, and stays saved', async () => {
  const { put } = await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  draft.yaml.value = 'kind: B'
  await draft.save()
  const warnings = [{ line: null, message: 'an older one has its host' }]
  put({ ...resource('1+', 'kind: B'), inForce: 'no', warnings })
  await draft.load()
  expect([draft.state.value, draft.resource.value?.inForce, draft.resource.value?.warnings]).toEqual(['saved', 'no', warnings])
})

it('goes back to the version before', async () => {
  await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  await draft.undo()
  expect([draft.state.value, draft.yaml.value]).toEqual(['undone', 'former'])
  await draft.undo('an old one')
  expect([draft.state.value, draft.yaml.value]).toEqual(['undone', 'an old one'])
})

it('keeps the text when the call fails otherwise', async () => {
  await gateway(resource('1', 'kind: A'))
  const draft = useResourceDraft(name)
  await draft.load()
  draft.yaml.value = 'kind: mine'
  await serve((_, answer) => answer(403, { title: 'no' }))
  await draft.save()
  expect([draft.state.value, draft.yaml.value]).toEqual(['failed', 'kind: mine'])
  expect(draft.failure.value).toMatchObject({ status: 403 })
})
