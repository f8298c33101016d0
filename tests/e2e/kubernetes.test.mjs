// The page before two Kubernetes API servers.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertNothingOverflows, eventually, logInAsAdmin, openPage } from './browser.mjs'
import { isAvailable, startClusters } from './clusters.mjs'

const card = 'article[data-service=user-service]'
const options = { skip: isAvailable ? false : '../shared/kube-api/kube-api is not beside the checkout' }

let clusters, browser, page

before(async () => {
  if (!isAvailable) return
  clusters = await startClusters()
  browser = await openPage(clusters.baseUrl)
  page = browser.page
})

after(async () => {
  await browser?.close()
  await clusters?.close()
})

test('weights set with kubectl are on the page within a second', options, async () => {
  await page.waitForFunction((card) => document.querySelector(`${card} .slider`).value === '70', card)
  const patch = [55, 45].map((value, i) => ({ op: 'replace', path: `/spec/http/0/route/${i}/weight`, value }))
  await clusters.kubectl('ctx1', 'patch', 'virtualservice', 'user-service', '--type=json', '-p', JSON.stringify(patch))
  await page.waitForFunction((card) => document.querySelector(`${card} .slider`).value === '55', card, { timeout: 1_000 })
})

test('while the clusters differ the page says so', options, async () => {
  assert.match(await page.locator('.alert').innerText(), /spec\.http\[0\]\.route\[0\]\.weight is not the same in ctx1 and ctx2/)
})

test('weights set with the slider kubectl sees in both clusters, and they are the same again', options, async () => {
  await logInAsAdmin(page)
  await setSlider(20)
  await page.waitForSelector(`${card} .editor[data-state=live]`)
  assert.equal(await clusters.weights('ctx1'), '20 80')
  assert.equal(await clusters.weights('ctx2'), '20 80')
  await page.waitForSelector('.alert', { state: 'detached' })
})

test('there is no drill where no launcher runs the services', options, async () => {
  assert.equal(await page.locator('.cluster-bar .switch').count(), 0)
})

test('a lamp tells who decided where its request went, and that Envoy does not say why', options, async () => {
  await page.click(`${card} .send-once`)
  await page.locator(`${card} .glow[data-request]`).first().click()
  await page.locator('.explanation[open]').getByText('The sidecar decided').waitFor()
  await page.keyboard.press('Escape')
  await page.waitForSelector('.explanation[open]', { state: 'detached' })
})

test('while the gateway’s pod has no Istio proxy the weights are not in force, and the page judges no share', options, async () => {
  assert.notEqual(await page.getAttribute(`${card} .verdict`, 'data-verdict'), 'notInForce')
  const bare = JSON.stringify({ spec: { automountServiceAccountToken: false } })
  await clusters.kubectl('ctx1', 'run', clusters.pod, '--image=none', '--labels=app=gateway', `--overrides=${bare}`)
  await page.waitForSelector(`${card} .verdict[data-verdict=notInForce]`)
  const text = await page.locator(`${card} .comparison`).innerText()
  assert.match(text, /Not in force\s+The gateway’s pod has no Istio proxy, so Kubernetes picks the pods\./)
  assert.doesNotMatch(text, /chance/)
  assert.match(await page.locator(`${card} .editor .status`).innerText(), /no Istio proxy/)
  await page.click(`${card} .rollout > summary`)
  assert.match(await page.locator(`${card} .rollout`).innerText(), /no Istio proxy\. So a roll-out would move nothing/)
  assert.equal(await page.locator(`${card} .rollout form`).count(), 0)
  for (const lang of ['ko', 'en']) await assertNothingOverflows(page, lang)
  await clusters.kubectl('ctx1', 'delete', 'pod', clusters.pod, '--grace-period=0', '--force')
  await page.waitForSelector(`${card} .verdict[data-verdict=notInForce]`, { state: 'detached' })
  await page.waitForSelector(`${card} .rollout form`)
})

test('what one cluster does not take is in none, and the page says why', options, async () => {
  await clusters.kubectl('ctx2', 'delete', 'virtualservice', 'user-service')
  await setSlider(90)
  await page.waitForSelector(`${card} .editor[data-state=refused]`)
  assert.match(await page.locator(`${card} .editor .status`).innerText(), /ctx2 has no such VirtualService; nothing has changed/)
  assert.equal(await clusters.weights('ctx1'), '20 80')
})

test('without its API server the page goes on, and says how old the weights are', options, async () => {
  await clusters.stopServer('ctx1')
  await page.waitForSelector('.stale [data-cluster=ctx1]', { timeout: 30_000 })
  assert.match(await page.locator('.stale').innerText(), /The API server of ctx1 does not answer\. .* \d+ s ago\./)
  await eventually(async () => /[2-9] s ago/.test(await page.locator('.stale').innerText()))
  const [response] = await Promise.all([page.waitForResponse(/\/ping/), page.click(`${card} .send-once`)])
  assert.equal(response.status(), 200)
})

async function setSlider(ctx1) {
  await page.fill(`${card} .editor input[type=number] >> nth=0`, String(ctx1))
  await page.click(`${card} .editor .apply`)
}
