// A roll-out on the page, to a cluster that is taken down: its requests fail, and the weights are put back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertNothingOverflows, baseUrl, eventually, logInAsAdmin, openPage } from './browser.mjs'

const service = 'message-service'
const card = `article[data-service=${service}]`
const panel = `${card} .rollout`

let page, errors, close, weights

before(async () => {
  ({ page, errors, close } = await openPage(baseUrl))
  weights = await weightsOf()
})

after(async () => {
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: false } })
  await close()
})

test('a visitor sees that there is none, and no form', async () => {
  await page.click(`${panel} > summary`)
  assert.match(await page.locator(panel).innerText(), /log in as admin/i)
  assert.equal(await page.locator(`${panel} form`).count(), 0)
})

test('steps that do not rise are not sent, and the focus goes to them', async () => {
  await logInAsAdmin(page)
  await page.fill(`${panel} [name=steps]`, '50, 25')
  await page.click(`${panel} form [type=submit]`)
  await page.waitForSelector(`${panel} [name=steps]:focus[aria-invalid=true]`)
  assert.deepEqual(await weightsOf(), weights)
})

test('one may be stopped, which puts the weights back', async () => {
  await start('10, 100')
  assert.deepEqual(await weightsOf(), { ctx1: 90, ctx2: 10 })
  await page.click(`${panel} .stop button >> nth=0`)
  await page.waitForSelector(`${panel}[data-state=stopped]`)
  await page.waitForFunction((selector) => document.querySelector(selector).contains(document.activeElement), panel)
  assert.deepEqual(await weightsOf(), weights)
})

test('a roll-out to a failing canary is put back by itself', async () => {
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: true } })
  await eventually(async () => {
    const { clusters } = await (await page.request.get('/api/mesh/drill')).json()
    return clusters.find(({ cluster }) => cluster === 'ctx2').processes.every(({ condition }) => condition === 'down')
  })
  await start('50, 100')
  const sending = setInterval(() => void page.request.get('/api/messages/ping').catch(() => null), 50)
  try {
    await page.waitForSelector(`${panel}[data-state=broken]`)
  } finally {
    clearInterval(sending)
  }
  assert.match(await page.locator(`${panel} .progress .status`).innerText(), /Put back · \d+ of \d+ requests to ctx2 failed, more than 5 %/)
  assert.equal(await page.locator(`${panel} .step[data-state=failed]`).innerText().then((text) => /50 %/.test(text)), true)
  assert.deepEqual(await weightsOf(), weights)
  await page.waitForFunction((selector) => document.querySelector(selector).contains(document.activeElement), panel)
})

test('nothing is wider than the page', async () => {
  await assertNothingOverflows(page, 'ko')
  await assertNothingOverflows(page, 'en')
  assert.deepEqual(errors, [])
})

async function start(steps) {
  await page.fill(`${panel} [name=steps]`, steps)
  await page.fill(`${panel} [name=waitSeconds]`, '60')
  await page.fill(`${panel} [name=minRequests]`, '10')
  await page.click(`${panel} form [type=submit]`)
  await page.waitForSelector(`${panel}[data-state=running] .stop button:focus`)
}

async function weightsOf() {
  const { services } = await (await page.request.get('/api/traffic')).json()
  return services.find((row) => row.service === service).weights
}
