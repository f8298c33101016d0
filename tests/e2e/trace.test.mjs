// From a lamp to its trace, with the run's own dashboard as the store of all of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { baseUrl, eventually, launch, logInAsAdmin, openPage } from './browser.mjs'

const board = 'article[data-service=message-service]'
/** Spans arrive some seconds after their request, through the browser's and the processes' queues. */
const arrival = 60_000

let page, errors, close, traceId

before(async () => {
  ({ page, errors, close } = await openPage(baseUrl))
  await logInAsAdmin(page)
})

after(async () => {
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: false } })
  await close()
})

test('the browser’s own tracing is loaded after the page works', async () => {
  await eventually(() => page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /webTracing/.test(name))))
  // It takes fetch over once it runs.
  await eventually(() => page.evaluate(() => typeof window.fetch.__original === 'function'))
})

test('a posted message’s call carries traceparent', async () => {
  await page.fill('[name=message]', 'a secret that is in no span')
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/api/messages') && answer.request().method() === 'POST'),
    page.click('.post'),
  ])
  traceId = response.headers()['x-trace-id']
  assert.equal(response.request().headers().traceparent.slice(0, 36), `00-${traceId}-`)
})

test('its lamp leads to one trace, from the browser to log-service’s INSERT', async () => {
  const request = await numberOf(traceId)
  await page.locator(`${board} .glow[data-request="${request}"]`).click()
  await page.click('.explanation .trace-link')
  const again = page.locator('.trace-dialog .again')
  await eventually(async () => {
    const spans = await spansShown()
    const has = (service, name) => spans.some((span) => span.service === service && name.test(span.name))
    const isWhole = spans.length >= 12 && spans[0].service === 'browser' && spans[0].name === 'post message' && has('gateway', /POST/) &&
      has('gateway', /GET/) && has('message-service', /INSERT/) && has('message-service', /LPUSH/) &&
      has('log-service', /process/) && has('log-service', /INSERT/)
    if (!isWhole && (await again.isVisible())) await again.click()
    if (!isWhole) await page.waitForTimeout(1_000)
    return isWhole
  }, Date.now() + arrival)
  assert.doesNotMatch(await page.locator('.trace-dialog').innerText(), /secret/)
})

test('one walks through the spans by keyboard, and folds them', async () => {
  await page.locator('.span-row[tabindex="0"]').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.waitForSelector('.span-row:nth-child(2):focus[aria-selected=true]')
  const all = await page.locator('.span-row').count()
  await page.keyboard.press('ArrowLeft')
  await page.waitForSelector('.span-row:focus[aria-expanded=false]')
  assert.ok((await page.locator('.span-row').count()) < all)
  await page.keyboard.press('ArrowRight')
  await eventually(async () => (await page.locator('.span-row').count()) === all)
  assert.match(await page.locator('.span-row:focus').getAttribute('aria-label'), /^browser POST .*ms.*begins at .*ms/)
})

test('a span shows its attributes, and what the mesh decided', async () => {
  await page.locator('.span-row', { hasText: /→ ctx\d message-service-/ }).first().click()
  await page.waitForSelector('.details .attributes')
  const attributes = await page.locator('.details .attributes').innerText()
  assert.match(attributes, /mesh\.virtual_service\s+\S+\/message-service/)
  assert.match(attributes, /mesh\.attempt\s+1/)
})

test('each service’s log lines are there, and lead to their spans', async () => {
  await page.click('.trace-dialog .log-toggle')
  const lines = page.locator('.trace-dialog .lines li')
  await eventually(async () => (await lines.filter({ hasText: 'POST /api/messages 201' }).count()) === 1, Date.now() + arrival)
  const line = lines.filter({ hasText: 'POST /api/messages 201' })
  const span = await line.getAttribute('data-span')
  await line.locator('.to-span').click()
  await page.waitForSelector(`.details[data-span="${span}"]`)
})

test('nothing overflows, in Korean and in English', async () => {
  for (const lang of ['ko', 'en']) {
    await page.evaluate((wanted) => document.querySelector(`.languages [lang=${wanted}]`).click(), lang)
    for (const width of [360, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      const wider = await page.evaluate(() => [...document.querySelectorAll('.trace-dialog, .waterfall, .aside')]
        .filter((part) => part.scrollWidth > part.clientWidth).map(({ className }) => className))
      assert.deepEqual(wider, [], `${lang} at ${width} px`)
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('the back button closes the trace, and its address opens it', async () => {
  await page.goBack()
  await page.waitForSelector('.trace-dialog[open]', { state: 'detached' })
  await page.waitForSelector('.explanation[open]:focus-within')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.explanation[open]', { state: 'detached' })
  await atTheStart()
  await page.goto(`/#/trace/${traceId}`)
  await page.reload()
  await page.waitForSelector('.trace-dialog[open] .span-row')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.trace-dialog[open]', { state: 'detached' })
  await atTheStart()
})

test('a log line leads back to its trace', async () => {
  await page.locator('[data-view=lines]').click()
  await page.fill('[name=log-trace]', traceId)
  const line = page.locator('[data-store=lines] li', { hasText: 'POST /api/messages 201' })
  await eventually(async () => {
    // It is read while it is seen and something happens.
    await page.locator('[data-store=lines]').scrollIntoViewIfNeeded()
    await page.request.get('/api/users/ping')
    await page.waitForTimeout(500)
    return (await line.count()) > 0
  }, Date.now() + arrival)
  await line.locator('.trace-link').click()
  await page.waitForSelector('.trace-dialog[open] .span-row')
  assert.equal(new URL(page.url()).hash, `#/trace/${traceId}`)
  await page.keyboard.press('Escape')
  await page.fill('[name=log-trace]', '')
  await page.locator('[data-view=redis]').click()
})

test('what a fault has aborted says who made it', async () => {
  const fault = { delay: null, abort: { status: 503, percentage: 100 } }
  assert.equal((await page.request.put('/api/traffic/fault/user-service', { data: fault })).status(), 200)
  try {
    const answer = await page.request.get('/api/users/ping', { headers: { 'x-mesh-explain': '1' } })
    assert.equal(answer.status(), 503)
    await page.goto(`/#/trace/${answer.headers()['x-trace-id']}`)
    const row = page.locator('.span-row[data-service=gateway]').first()
    await row.waitFor({ timeout: arrival })
    assert.match(await row.innerText(), /FI/)
    await page.keyboard.press('Escape')
  } finally {
    await page.request.put('/api/traffic/fault/user-service', { data: { delay: null, abort: null } })
  }
})

test('others’ traces are nobody’s business, and what is not there is said to be so', async () => {
  const other = await launch({ baseURL: baseUrl, locale: 'en-US' })
  try {
    await other.page.goto(`/#/trace/${traceId}`)
    await other.page.waitForSelector('.trace-dialog .prompt')
    const user = { username: `e2e-${crypto.randomUUID().slice(0, 8)}`, password: crypto.randomUUID() }
    assert.equal((await other.page.request.post('/api/register', { data: user })).status(), 201)
    await other.page.click('.trace-dialog .prompt button')
    await other.page.fill('[name=username]', user.username)
    await other.page.fill('[name=password]', user.password)
    await other.page.click('dialog[open] .submit')
    await other.page.waitForSelector('.trace-dialog [data-reason=unknown]', { timeout: arrival })
  } finally {
    await other.close()
  }
})

test('with ctx2 down the statistics show what the mesh answered itself', async () => {
  const { services } = await (await page.request.get('/api/traffic')).json()
  const { weights, resourceVersion } = services.find(({ service }) => service === 'user-service')
  await page.locator('[data-statistics]').scrollIntoViewIfNeeded()
  const errorsBefore = await meshErrors()
  let failed = 0
  await setWeights({ ctx1: 0, ctx2: 100 }, resourceVersion)
  await setDrill(true)
  try {
    for (let i = 0; i < 20; i++) if ((await page.request.get('/api/users/ping')).status() === 503) failed++
    assert.ok(failed >= 15, `${failed} of 20 failed`)
  } finally {
    await setDrill(false)
    const row = (await (await page.request.get('/api/traffic')).json()).services.find(({ service }) => service === 'user-service')
    await setWeights(weights, row.resourceVersion)
  }
  // Half of the log's own requests had gone to ctx2 as well.
  await eventually(async () => {
    await page.request.get('/api/users/ping')
    await page.waitForTimeout(1_000)
    return (await meshErrors()) >= errorsBefore + failed
  }, Date.now() + arrival)
})

test('the page writes no error to the console', () => {
  // The browser itself reports the refusals asked for above.
  assert.deepEqual(errors.filter((text) => !/status of (404|503)/.test(text)), [])
})

/** What the waterfall shows, from top to bottom. */
function spansShown() {
  return page.locator('.span-row').evaluateAll((rows) =>
    rows.map((row) => ({ service: row.dataset.service, name: row.dataset.name, level: row.getAttribute('aria-level') })))
}

/** The number that the gateway gave a request. */
/** The way back through the history takes a moment longer than a dialog's closing, and would undo what is gone to meanwhile. */
const atTheStart = () => eventually(() => new URL(page.url()).hash === '')

async function numberOf(id) {
  let request
  await eventually(async () => {
    const { items } = await (await page.request.get('/api/traffic/requests')).json()
    request = items.find((item) => item.traceId === id)
    return request
  })
  return request.id
}

async function meshErrors() {
  // It is read while it is seen, and the log above it grows.
  await page.locator('[data-statistics]').scrollIntoViewIfNeeded()
  await page.locator('[data-mesh-errors]').last().waitFor()
  return Number(await page.locator('[data-mesh-errors]').last().innerText())
}

async function setWeights(weights, resourceVersion) {
  const response = await page.request.put('/api/traffic/weights/user-service', { data: { weights, resourceVersion } })
  assert.equal(response.status(), 200, await response.text())
}

async function setDrill(down) {
  await page.request.put('/api/mesh/drill/ctx2', { data: { down } })
  await eventually(async () => {
    const { clusters } = await (await page.request.get('/api/mesh/drill')).json()
    const { processes } = clusters.find(({ cluster }) => cluster === 'ctx2')
    return processes.every(({ condition }) => condition === (down ? 'down' : 'ready'))
  }, Date.now() + 60_000)
}
