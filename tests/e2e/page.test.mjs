import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminPassword, assertNothingOverflows, baseUrl, eventually, launch, openPage } from './browser.mjs'

const password = await adminPassword()

const service = 'user-service'
/** A call is in the logs some time after its answer, most of all through Kafka after a cluster has come back. */
const arrival = 60_000
const card = `article[data-service=${service}]`

let context, page, errors, close

before(async () => {
  ({ context, page, errors, close } = await openPage(baseUrl))
})

after(async () => {
  await setWeights({ ctx1: 70, ctx2: 30 })
  await close()
})

test('the page follows the gateway’s events', async () => {
  await page.waitForSelector('.stream[data-state=open]')
  await page.waitForSelector(`${card} .row[data-cluster=ctx1] [data-configured]`)
})

test('a visitor sees why the weights cannot be edited', async () => {
  assert.equal(await page.locator(`${card} .slider`).isDisabled(), true)
  assert.match(await page.locator(`${card} .editor .status`).innerText(), /log in as admin/i)
})

test('one logs in by keyboard alone', async () => {
  await tabTo('.log-in')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open] [name=username]:focus')
  await page.keyboard.type('admin')
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.log-out')
})

test('the session outlives a reload', async () => {
  await page.reload()
  await page.waitForSelector('.log-out')
})

test('a message is posted, found and deleted', async () => {
  const text = `e2e ${crypto.randomUUID()} 안녕 👋`
  await page.fill('[name=message]', `  ${text}  `)
  await page.click('.post')
  const item = page.locator('#board li', { hasText: text })
  await item.waitFor()
  assert.equal(await page.inputValue('[name=message]'), '')
  await page.fill('[name=query]', text.slice(0, 20))
  await page.waitForFunction(() => document.querySelectorAll('#board li').length === 1)
  await item.locator('.remove').click()
  await item.locator('.confirm-yes').click()
  await item.waitFor({ state: 'detached' })
  await page.fill('[name=query]', '')
})

test('the log is live, shows the newest 10, and more on demand', async () => {
  const redis = page.locator('[data-store=redis]')
  await redis.scrollIntoViewIfNeeded()
  for (let i = 0; i < 11; i++) await page.request.get('/api/users/me')
  await redis.locator('.more').waitFor()
  assert.equal(await redis.locator('ol > li').count(), 10)
  await redis.locator('.more').click()
  assert.ok((await redis.locator('ol > li').count()) > 10)
})

test('the log is filtered by service, level and trace, and pings can be left out', async () => {
  const { traceId, refused } = await lastCalls()
  const redis = page.locator('[data-store=redis]')
  await page.fill('[name=log-trace]', traceId)
  await inTheLog(redis, async () => (await redis.locator('ol > li').count()) === 1)
  assert.match(await redis.locator('ol > li').innerText(), /GET \/api\/users\/ping/)
  await page.check('[name=no-pings]')
  await eventually(async () => (await redis.locator('ol > li').count()) === 0)
  await page.uncheck('[name=no-pings]')
  await page.fill('[name=log-trace]', '')
  await page.selectOption('[name=log-level]', 'warn')
  await page.selectOption('[name=log-service]', 'message-service')
  await inTheLog(redis, async () => {
    const traces = await redis.locator('ol > li a').evaluateAll((links) => links.map(({ href }) => href.split('/').at(-1)))
    return traces.includes(refused) && !traces.includes(traceId)
  })
  await page.selectOption('[name=log-level]', '')
  await page.selectOption('[name=log-service]', '')
})

test('the same calls come through Kafka', async () => {
  const { traceId } = await lastCalls()
  await page.click('[data-view=kafka]')
  await page.fill('[name=log-trace]', traceId)
  const kafka = page.locator('[data-store=kafka]')
  await inTheLog(kafka, async () => (await kafka.locator('ol > li, .off').count()) > 0)
  await page.fill('[name=log-trace]', '')
  await page.locator('[data-view=kafka]').press('ArrowLeft')
  await page.waitForSelector('[data-view=redis]:focus')
})

test('a log that is seen makes no request while nothing happens, and none at all while it is paused', async () => {
  await page.locator('[data-store=redis]').scrollIntoViewIfNeeded()
  const reads = []
  const count = (request) => /\/api\/logs\//.test(request.url()) && reads.push(request.url())
  await page.waitForTimeout(6_000) // what came before is read once more
  page.on('request', count)
  await page.waitForTimeout(6_000)
  assert.deepEqual(reads, [])
  await page.click('.pause')
  await page.request.get('/api/users/ping')
  await page.waitForTimeout(4_000)
  assert.deepEqual(reads, [])
  await page.click('.pause')
  await eventually(() => reads.length > 0)
  page.off('request', count)
})

test('after the slider has gone from 70:30 to 0:100 only ctx2’s lamps flash', async () => {
  await setWeights({ ctx1: 70, ctx2: 30 })
  await page.waitForSelector(`${card} .row[data-cluster=ctx1] [data-configured="70"]`)

  await tabTo(`${card} .slider`)
  await page.keyboard.press('Home')
  await tabTo(`${card} .editor .apply`)
  await page.keyboard.press('Enter')
  await page.waitForSelector(`${card} .editor[data-state=live]`)
  await page.waitForSelector(`${card} .row[data-cluster=ctx2] [data-configured="100"]`)

  await page.evaluate(watchFlashes, card)
  for (let i = 0; i < 40; i++) {
    const [response] = await Promise.all([page.waitForResponse('**/api/users/ping'), page.click(`${card} .send-once`)])
    assert.equal(response.status(), 200)
    assert.equal(response.headers()['x-service-name'], service)
    assert.equal(response.headers()['x-service-cluster'], 'ctx2')
    assert.match(response.headers()['x-trace-id'], /^[0-9a-f]{32}$/)
  }
  await page.waitForFunction(() => window.flashed.ctx2 >= 40)
  assert.deepEqual(await page.evaluate(() => window.flashed), { ctx1: 0, ctx2: 40, apart: 0 })
  assert.match(await page.locator(`${card} .last`).innerText(), /ctx2 · 200/)
})

test('requests sent at a rate flash lamps until stopped', async () => {
  await page.fill(`${card} .rate input`, '50')
  await page.locator(`${card} .rate input`).press('Tab')
  await page.click(`${card} .start`)
  await page.waitForFunction(() => window.flashed.ctx2 >= 90)
  await page.click(`${card} .stop`)
  await page.waitForSelector(`${card} .start`)
})

test('weights that somebody else has changed are shown, and one’s own can be applied over them', async () => {
  const ctx1 = page.locator(`${card} .end[data-cluster=ctx1] input`)
  await ctx1.fill('70')
  await setWeights({ ctx1: 55, ctx2: 45 })
  await page.waitForSelector(`${card} .row[data-cluster=ctx1] [data-configured^="55"]`)
  errors.length = 0
  await page.click(`${card} .editor .apply`)
  await page.waitForSelector(`${card} .editor[data-state=conflict]`)
  assert.match(await page.locator(`${card} .editor .status`).innerText(), /55 : 45/)
  assert.equal(await ctx1.inputValue(), '70')
  // The browser itself reports the 409; the page reports nothing.
  assert.deepEqual(errors.splice(0).filter((text) => !text.includes('409')), [])
  await ctx1.press('Enter')
  await page.waitForSelector(`${card} .row[data-cluster=ctx1] [data-configured="70"]`)
})

test('nothing overflows at 360, 1280 and 1920 pixels, in Korean and in English', async () => {
  for (const [lang, name] of [['ko', '신호등'], ['en', 'Lights']]) {
    await assertNothingOverflows(page, lang)
    assert.equal(await page.getAttribute('html', 'lang'), lang)
    assert.equal(await page.innerText('#lights-title'), name)
  }
})

test('a page without a place at the event stream says so, and has the weights nevertheless', async () => {
  const streams = []
  for (let stream; (stream = await fetch(`${baseUrl}/api/traffic/events`)).status !== 429; ) streams.push(stream)
  const other = await launch({ baseURL: baseUrl, locale: 'en-US' })
  try {
    await other.page.goto('/')
    await other.page.waitForSelector('.stream[data-state=full]')
    await other.page.waitForSelector(`${card} .row[data-cluster=ctx1] [data-configured]`)
    assert.match(await other.page.locator('.stream').innerText(), /too many pages are open.*log in/is)
  } finally {
    await Promise.all(streams.map(({ body }) => body.cancel()))
    await other.close()
  }
})

test('the page writes no error to the console', () => assert.deepEqual(errors, []))

test('a session that ends leaves the typed text alone', async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.fill('[name=message]', 'not lost')
  await context.clearCookies()
  await page.click('.post')
  await page.waitForSelector('dialog[open] .ended')
  await page.fill('[name=username]', 'admin')
  await page.fill('[name=password]', password)
  await page.click('dialog[open] .submit')
  await page.waitForSelector('.log-out')
  assert.equal(await page.inputValue('[name=message]'), 'not lost')
})

test('one logs out', async () => {
  await page.click('.log-out')
  await page.waitForSelector('.log-in')
  assert.equal(await page.locator('#board form').count(), 0)
})

test('a new user changes the password', async () => {
  const [username, first, second] = [`e2e-${crypto.randomUUID().slice(0, 8)}`, crypto.randomUUID(), crypto.randomUUID()]
  await page.click('.log-in')
  await page.click('dialog[open] .foot .quiet')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', first)
  await page.click('dialog[open] .show')
  assert.equal(await page.getAttribute('[name=password]', 'type'), 'text')
  await page.click('dialog[open] .submit')
  await page.click('.change-password')
  await page.fill('[name=current-password]', first)
  await page.fill('[name=new-password]', second)
  await eventually(async () => {
    // A machine that is busy with hashes says so, and the form is as it was.
    await page.click('dialog[open] .submit')
    await page.waitForSelector('dialog[open] :is(.changed, .alert)')
    return page.isVisible('dialog[open] .changed')
  })
  await page.keyboard.press('Escape')
  await page.click('.log-out')
  await page.click('.log-in')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', second)
  await page.click('dialog[open] .submit')
  await page.waitForSelector('.change-password')
})

/** The page reads a log while it is seen and something happens: so it does until what is awaited has come through Redis or Kafka. */
async function inTheLog(log, isThere) {
  await eventually(async () => {
    if (await isThere()) return true
    await log.scrollIntoViewIfNeeded()
    await page.request.get('/api/users/me')
    await page.waitForTimeout(500)
  }, Date.now() + arrival)
}

/** A ping and a refused call of now, by their traces. */
async function lastCalls() {
  const ping = await page.request.get('/api/users/ping')
  const refused = await page.request.delete('/api/messages/999999999')
  assert.deepEqual([ping.status(), refused.status()], [200, 404])
  return { traceId: ping.headers()['x-trace-id'], refused: refused.headers()['x-trace-id'] }
}

async function setWeights(weights) {
  await page.request.post('/api/login', { data: { username: 'admin', password } })
  const { services } = await (await page.request.get('/api/traffic')).json()
  const { resourceVersion } = services.find((candidate) => candidate.service === service)
  const response = await page.request.put(`/api/traffic/weights/${service}`, { data: { weights, resourceVersion } })
  assert.equal(response.status(), 200, await response.text())
}

/** Moves the focus forward, as somebody without a mouse would. */
async function tabTo(selector) {
  for (let i = 0; i < 150; i++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`${selector} cannot be reached with the Tab key`)
}

/** Counts in `window.flashed` how often each cluster's lamps flash from now on, once those that are due have flashed. */
async function watchFlashes(within) {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  window.flashed = { ctx1: 0, ctx2: 0, apart: 0 }
  for (const bank of document.querySelectorAll(`${within} [data-bank]`)) {
    let seen = Number(bank.dataset.flashes)
    new MutationObserver(() => {
      const flashes = Number(bank.dataset.flashes)
      window.flashed[bank.dataset.bank] += flashes - seen
      seen = flashes
    }).observe(bank, { attributes: true, attributeFilter: ['data-flashes'] })
  }
}
