// What operators do to the mesh on the page. It keeps off user-service, whose lamps page.test.mjs counts meanwhile.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertNothingOverflows, baseUrl, eventually, logInAsAdmin, openPage, readYaml, writeYaml } from './browser.mjs'

const service = 'message-service'
const card = `article[data-service=${service}]`
const edited = 'log-service'

let page, errors, close

before(async () => {
  ({ page, errors, close } = await openPage(baseUrl))
})

after(() => close())

test('a visitor sees the rules, but no forms', async () => {
  await page.click(`${card} .rules > summary`)
  assert.equal(await page.locator(`${card} .rule`).count(), 3)
  assert.equal(await page.locator(`${card} .rule input, ${card} .rule select`).count(), 0)
  assert.match(await page.locator(`${card} .rules`).innerText(), /log in as admin/i)
})

test('a visitor who presses the lamp of another’s request is asked to log in', async () => {
  await send()
  await page.context().clearCookies()
  await page.locator(`${card} .glow[data-request]`).first().click()
  await page.waitForSelector('.explanation[open] .prompt')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.explanation[open]', { state: 'detached' })
})

test('an admin gets the forms', async () => {
  await logInAsAdmin(page)
  await page.waitForSelector(`${card} .rule [name=abort]`)
})

test('a value outside its limits is not sent, and the focus goes to it', async () => {
  await page.check(`${card} [name=abort]`)
  await page.fill(`${card} [name="abort.status"]`, '99')
  await page.click(`${card} [data-rule=fault] .apply`)
  await page.waitForSelector(`${card} [name="abort.status"]:focus[aria-invalid=true]`)
  assert.equal(await page.getAttribute(`${card} [data-rule=fault]`, 'data-state'), 'edited')
})

test('a fault set on the page aborts requests, and their flag FI is shown', async () => {
  await page.fill(`${card} [name="abort.status"]`, '503')
  await page.fill(`${card} [name="abort.percentage"]`, '100')
  await apply('fault')
  assert.match(await page.locator(`${card} .rules > summary`).innerText(), /abort 503 for 100 %/)
  const response = await send()
  assert.equal(response.status(), 503)
  await page.waitForSelector(`${card} .apart [data-flag=FI]`)
})

test('a recent request tells that the fault was on purpose', async () => {
  await page.click(`${card} .recent > summary`)
  await page.locator(`${card} .recent li button`, { has: page.locator('[data-flag=FI]') }).first().click()
  await page.waitForSelector('.explanation .faults')
  assert.match(await page.locator('.explanation .faults').innerText(), /abort 503/)
  assert.match(await page.locator('.explanation .flags').innerText(), /fault injected/i)
  await page.keyboard.press('Escape')
})

test('without the fault requests go through again', async () => {
  await page.uncheck(`${card} [name=abort]`)
  await apply('fault')
  assert.equal((await send()).status(), 200)
})

test('the explanation shows where among the weights the draw fell', async () => {
  const response = await send()
  const cluster = response.headers()['x-service-cluster']
  await page.locator(`${card} .recent [data-request="${await numberOf(response)}"]`).focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.explanation .draw .marker')
  assert.match(await page.locator('.explanation .route').innerText(), new RegExp(`VirtualService \\S+/${service}`))
  assert.match(await page.locator('.explanation .attempts').innerText(), new RegExp(`${service}-${cluster}.*200`, 's'))
  const { left, start, end } = await page.evaluate(measureDraw)
  assert.ok(left >= start && left <= end, `the marker at ${left} is outside ${start} to ${end}`)
  await page.keyboard.press('Escape')
  await page.waitForFunction((selector) => document.activeElement?.matches(selector), `${card} .recent li button`)
})

test('canary requests go to the chosen cluster, whatever the weights say', async () => {
  await page.selectOption(`${card} [name=subset]`, 'ctx2')
  await apply('canary')
  await page.check(`${card} [name=x-canary]`)
  for (let i = 0; i < 12; i++) assert.equal((await send()).headers()['x-service-cluster'], 'ctx2')
  await page.uncheck(`${card} [name=x-canary]`)
  await page.selectOption(`${card} [name=subset]`, '')
  await apply('canary')
})

test('timeout and retries are set and taken away', async () => {
  await page.fill(`${card} [name=timeoutSeconds]`, '3')
  await page.check(`${card} [name=retries]`)
  await page.fill(`${card} [name="retries.attempts"]`, '4')
  await page.check(`${card} [name="5xx"]`)
  await page.fill(`${card} [name=retryOn]`, '429')
  await apply('resilience')
  const { timeoutSeconds, retries } = (await rowOf(service)).rules
  assert.equal(timeoutSeconds, 3)
  assert.deepEqual(retries, { attempts: 4, perTryTimeoutSeconds: null, retryOn: '5xx,429' })
  await page.fill(`${card} [name=timeoutSeconds]`, '')
  await page.uncheck(`${card} [name=retries]`)
  await apply('resilience')
})

test('refused YAML is shown at its line, and nothing of it is lost or carried out', async () => {
  const before = await rowOf(edited)
  await page.click('.resources-panel > summary')
  await page.click(`.resources [data-kind=VirtualService][data-name=${edited}] .open`)
  const yaml = await readYaml(page)
  const wrong = yaml.replace(/weight: \d+/, 'weight: heavy')
  await writeYaml(page, wrong)
  await page.keyboard.press('Control+s')
  await page.waitForSelector('.resource .review .cm-changedLine >> text=heavy')
  await page.waitForSelector('.resource .apply:focus')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.resource[data-state=refused] .cm-lint-marker-error')
  await page.waitForSelector('.resource .cm-focused .cm-activeLine >> text=heavy')
  const line = 1 + wrong.split('\n').findIndex((each) => each.includes('weight: heavy'))
  assert.match(await page.locator('.resource .problems').innerText(), new RegExp(`line ${line}\\b`))
  assert.equal(await readYaml(page), wrong)
  assert.deepEqual((await rowOf(edited)).weights, before.weights)
  await page.click('.resource .discard')
  await eventually(async () => (await readYaml(page)) === yaml)
})

test('the YAML editor indents with Tab, and lets go of the focus after Escape', async () => {
  const yaml = await readYaml(page)
  await page.locator('.resource:visible .cm-content').click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Tab')
  assert.equal(await readYaml(page), `  ${yaml}`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await page.waitForSelector('.resource .cm-editor:not(.cm-focused)')
  await page.click('.resource .discard')
})

test('YAML that somebody else has changed is shown beside one’s own, which can be saved over it and undone', async () => {
  const mine = `${await readYaml(page)}# mine\n`
  await writeYaml(page, mine)
  const { resourceVersion, weights } = await rowOf(edited)
  const theirs = { ctx1: 21, ctx2: 79 }
  await putWeights({ weights: theirs, resourceVersion })
  await page.click('.resource .apply')
  await page.click('.resource .apply')
  await page.waitForSelector('.resource[data-state=conflict] .review .cm-merge-a >> text=weight: 21')
  await page.waitForSelector('.resource .review .cm-merge-b >> text=# mine')
  await page.click('.resource .apply')
  await page.waitForSelector('.resource[data-state=saved]')
  assert.deepEqual((await rowOf(edited)).weights, weights)
  await page.click('.resource .undo')
  await page.waitForSelector('.resource[data-state=undone]')
  assert.deepEqual((await rowOf(edited)).weights, theirs)
  await putWeights({ weights, resourceVersion: (await rowOf(edited)).resourceVersion })
})

test('a cluster is taken down only after a second question', async () => {
  await page.click('.cluster-bar [data-cluster=ctx2] .switch')
  await page.waitForSelector('.cluster-bar [data-cluster=ctx2] .confirm-no:focus')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.cluster-bar [data-cluster=ctx2] .switch:focus')
  assert.equal((await (await page.request.get('/api/mesh/drill')).json()).clusters.every(({ down }) => !down), true)
})

test('nothing overflows with everything unfolded, in Korean and in English', async () => {
  for (const lang of ['ko', 'en']) await assertNothingOverflows(page, lang)
})

test('the page writes no error to the console', () => {
  // The browser itself reports the refusals asked for above.
  assert.deepEqual(errors.filter((text) => !/status of (401|409|422|503)/.test(text)), [])
})

async function send() {
  const [response] = await Promise.all([page.waitForResponse('**/api/messages/ping'), page.click(`${card} .send-once`)])
  return response
}

/** The number that the gateway gave the request. */
async function numberOf(response) {
  const traceId = response.headers()['x-trace-id']
  let request
  await eventually(async () => {
    const { items } = await (await page.request.get('/api/traffic/requests')).json()
    request = items.find((item) => item.traceId === traceId)
    return request
  })
  return request.id
}

async function apply(rule) {
  await page.click(`${card} [data-rule=${rule}] .apply`)
  await page.waitForSelector(`${card} [data-rule=${rule}][data-state=live]`)
}

async function rowOf(name) {
  const { services } = await (await page.request.get('/api/traffic')).json()
  return services.find((row) => row.service === name)
}

async function putWeights(body) {
  const response = await page.request.put(`/api/traffic/weights/${edited}`, { data: body })
  assert.equal(response.status(), 200, await response.text())
}

/** Runs in the page: where the marker stands, and the part of the bar that was drawn, in pixels. */
function measureDraw() {
  const { left, width } = document.querySelector('.explanation .marker').getBoundingClientRect()
  const part = document.querySelector('.explanation .bar .segment[data-drawn=true]').getBoundingClientRect()
  return { left: left + width / 2, start: part.left - 2, end: part.right + 2 }
}
