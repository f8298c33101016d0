// @vitest-environment node
import { readFileSync } from 'node:fs'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { describe, expect, it } from 'vitest'

describe.each(['gateway', 'user-service', 'message-service', 'log-service'])('the types of %s', (name) => {
  it('are those of its document; else: npm run types', async () => {
    const made = await openapiTS(new URL(`./openapi/${name}.json`, import.meta.url), { emptyObjectsUnknown: true, silent: true })

    expect(readFileSync(new URL(`./schema/${name}.ts`, import.meta.url), 'utf8')).toBe(COMMENT_HEADER + astToString(made))
  })
})
