// What a card says is going on: a fault, a cluster that is down, a canary, and a gateway that is silent.
import assert from 'node:assert/strict'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { baseUrl, eventually, launch, logInAsAdmin, openPage } from './browser.mjs'

const service = 'log-service'
const ping = '/api/logs/ping'
const card = `article[data-service=${service}]`

let page, close

before(async () => {
  ({ page, close } = await openPage(baseUrl))
})

after(async () => {
  await put('/api/mesh/drill/ctx2', { down: false })
  await rule('fault', { delay: null, abort: null })
  await rule('canary', { subset: null })
  await close()
})

test('who is not logged in is told why an own request went where it went, and of others’ that a log-in is needed', async () => {
  await page.goto(`/#/request/${await numberOfOwn(page)}`)
  await page.waitForSelector('.explanation .steps')
  await page.keyboard.press('Escape')
  const other = await launch({ baseURL: baseUrl, locale: 'en-US' })
  try {
    await other.page.goto('/')
    await other.page.waitForSelector('.stream[data-state=open]')
    await page.goto(`/#/request/${await numberOfOwn(other.page)}`)
    await page.waitForSelector('.explanation .prompt')
    await page.keyboard.press('Escape')
  } finally {
    await other.close()
  }
})

test('a fault that aborts 30 % is named, and the share stays inside of what chance allows', async () => {
  await logInAsAdmin(page)
  await rule('fault', { delay: null, abort: { status: 503, percentage: 30 } })
  // One window in 20 is outside by chance; four one after the other are not.
  let verdict
  for (let i = 0; i < 4 && verdict !== 'inside'; i++) {
    await send(100)
    await says(/of the last 100: aborted by the fault in force/)
    verdict = await page.getAttribute(`${card} .verdict`, 'data-verdict')
  }
  assert.equal(verdict, 'inside')
  assert.match(await page.innerText(`${card} .cause`), /^\d+ of the last 100: aborted by the fault in force \(abort 503 for 30 %\)\./)
  assert.match(await page.innerText(`${card} [data-cause=abort]`), /aborted \d+/)
  assert.ok(await page.locator(`${card} [data-bank=apart] .glow[data-colour=failed]`).count())
  await rule('fault', { delay: null, abort: null })
})

test('a delay is seen in p95 and said', async () => {
  await rule('fault', { delay: { seconds: 0.5, percentage: 50 }, abort: null })
  await send(100)
  await says(/held back 0\.5 s by the fault in force/)
  assert.ok(Number.parseInt(await page.innerText(`${card} .p95`)) >= 500)
  await rule('fault', { delay: null, abort: null })
})

test('requests of a canary rule are counted apart', async () => {
  await rule('canary', { subset: 'ctx2' })
  await send(100, { 'x-canary': 'true' })
  await says(/^100 of the last 100 went by the rule (x-)?canary, not by weight\./)
  assert.equal(await page.getAttribute(`${card} .verdict`, 'data-verdict'), 'waiting')
  await rule('canary', { subset: null })
})

test('a cluster that is taken down is down above the cards and in all its lamps within a second', async () => {
  const control = '.cluster-bar [data-cluster=ctx2]'
  await page.click(`${control} .switch`)
  const answered = page.waitForResponse('**/api/mesh/drill/ctx2')
  await page.click(`${control} .confirm-yes`)
  const since = Date.now()
  await page.waitForSelector(`.cluster-bar .control[data-cluster=ctx2][data-down=true]`)
  await page.waitForFunction(() => document.querySelectorAll('[data-bank=ctx2][data-out=true]').length === 3)
  assert.ok(Date.now() - since < 1_000, `after ${Date.now() - since} ms`)
  assert.equal((await answered).status(), 202)
  assert.match(await page.innerText(control), /was taken down by admin/)
  assert.equal(await page.locator('[data-bank=ctx1][data-out=true]').count(), 0)
})

test('what finds nobody there is counted with the reason, and is over after Bring up', async () => {
  await eventually(async () => {
    await send(20)
    return /(found no pod|got no answer).*: ctx2 was taken down \d+ s ago/.test(await page.innerText(`${card} .cause`))
  })
  await page.click('.cluster-bar [data-cluster=ctx2] .switch')
  await page.waitForSelector('.cluster-bar .control[data-cluster=ctx2][data-down=false][data-settled=true]', { timeout: 60_000 })
  assert.equal(await page.locator('[data-out=true]').count(), 0)
})

test('a frozen gateway is told within 13 s, and so is its return', async () => {
  const pid = await listener(new URL(baseUrl).port)
  process.kill(pid, 'SIGSTOP')
  try {
    await page.waitForSelector('.stream[data-state=silent]', { timeout: 13_000 })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await page.waitForSelector('.stream[data-state=open]')
})

/** Sends requests, so many at a time that none is turned away. */
async function send(count, headers = {}) {
  for (let i = 0; i < count; i += 10) await Promise.all(Array.from({ length: 10 }, () => page.request.get(ping, { headers })))
}

/** Sends a request as a page's own and returns the number that the gateway gave it, which it tells without a log-in. */
async function numberOfOwn(where) {
  const traceId = await where.evaluate(async (path) => (await fetch(path)).headers.get('X-Trace-Id'), ping)
  let own
  await eventually(async () => {
    const { items } = await where.evaluate(async () => (await fetch('/api/traffic/requests')).json())
    own = items?.find((item) => item.traceId === traceId)
    return own
  })
  return own.id
}

async function rule(what, value) {
  const { services } = await (await page.request.get('/api/traffic')).json()
  const { resourceVersion } = services.find((row) => row.service === service)
  await put(`/api/traffic/${what}/${service}`, { ...value, resourceVersion })
}

async function put(path, data) {
  const response = await page.request.put(path, { data })
  assert.ok(response.ok(), await response.text())
}

/** Waits until the card says what is awaited. */
async function says(words) {
  await eventually(async () => words.test(await page.innerText(`${card} .cause`)))
}

/** The process that listens on a port of this machine. */
async function listener(port) {
  const hex = `:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`
  const rows = (await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')))).join('\n').split('\n')
  const sockets = rows.map((row) => row.trim().split(/\s+/)).filter(([, at, , state]) => at?.endsWith(hex) && state === '0A')
  const inodes = sockets.map((row) => row[9])
  for (const pid of (await readdir('/proc')).filter(Number)) {
    const links = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const fd of links) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (inodes.some((inode) => target === `socket:[${inode}]`)) return Number(pid)
    }
  }
  throw new Error(`nobody listens on ${port}`)
}
