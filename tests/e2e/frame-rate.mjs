// Measures what the page must keep up with: `node frame-rate.mjs [events a second = 1000] [seconds = 60]`. With BASE_URL they are events
// of real requests, sent to that system; else a small server gives the built page (ui/dist) an event stream of that rate. Chromium counts
// the frames it draws meanwhile, with the map in view. On a quiet machine the median is 60 frames a second and 95 of 100 take ≤ 25 ms.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, createServer, get } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const rate = Number(process.argv[2] ?? 1000)
const seconds = Number(process.argv[3] ?? 60)
const dist = fileURLToPath(new URL('../../ui/dist', import.meta.url))
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const services = ['user-service', 'message-service', 'log-service']
const weights = { ctx1: 70, ctx2: 30 }
const noCounts = { total: 0, errors: 0, unanswered: 0, clusters: {}, pods: {} }

let sent = 0
let sending
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/api/traffic/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const rows = services.map((service) => ({ service, resourceVersion: '1', weights, rules: null }))
    response.write(`event: configuration\ndata: ${JSON.stringify({ services: rows, problems: [] })}\n\n`)
    const start = performance.now()
    let due = 0
    sending = setInterval(() => {
      for (const until = ((performance.now() - start) / 1000) * rate; due < until; due++) response.write(event(++sent))
    }, 5)
  } else if (pathname === '/api/traffic') {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ services: services.map((service) => ({ service, recent: noCounts, sinceStart: noCounts })) }))
  } else if (pathname.startsWith('/api/')) {
    response.writeHead(404).end()
  } else {
    const file = path.join(dist, pathname === '/' ? 'index.html' : pathname)
    response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream')
    response.end(await readFile(file))
  }
})

function event(id) {
  const service = services[id % 3]
  const cluster = id % 10 < 7 ? 'ctx1' : 'ctx2'
  const request = {
    id, service, cluster, pod: `${service}-${cluster}-754bc8dd6f-kghtc`, status: id % 50 ? 200 : 500, durationMs: 1.93,
    time: new Date().toISOString(), traceId: randomUUID().replaceAll('-', ''), flags: null,
  }
  return `event: request\nid: ${id}\ndata: ${JSON.stringify(request)}\n\n`
}

/** Sends real requests at that rate, to all three services in turn; what the system is too slow for is left out. */
function sendTo(baseUrl) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const start = performance.now()
  let due = 0
  let underWay = 0
  sending = setInterval(() => {
    for (const until = ((performance.now() - start) / 1000) * rate; due < until; due++) {
      if (underWay >= 256) continue
      underWay++
      const pingPath = `/api/${['users', 'messages', 'logs'][due % 3]}/ping`
      const done = () => underWay--
      get(new URL(pingPath, baseUrl), { agent }, (response) => {
        sent++
        response.resume().on('close', done)
      }).on('error', done)
    }
  }, 5)
}

const baseUrl = process.env.BASE_URL
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await launch({ viewport: { width: 1280, height: 900 } })
try {
  await browser.page.goto(baseUrl ?? `http://127.0.0.1:${server.address().port}/`)
  await browser.page.waitForSelector('.stream[data-state=open]')
  if (baseUrl) sendTo(baseUrl)
  await browser.page.locator('.map').scrollIntoViewIfNeeded()
  await browser.page.waitForTimeout(2_000)
  const before = sent
  const { times, slowest, flashes, marks, beyond } = await browser.page.evaluate(measure, seconds * 1000)
  const events = sent - before
  const sorted = times.toSorted((a, b) => a - b)
  const quantile = (q) => sorted[Math.ceil(sorted.length * q) - 1]
  console.log(
    `${(events / seconds).toFixed(0)} events/s for ${seconds} s: median frame ${quantile(0.5).toFixed(1)} ms, ` +
      `p95 ${quantile(0.95).toFixed(1)} ms, longest ${quantile(1).toFixed(0)} ms; ${(times.length / seconds).toFixed(1)} frames/s, ` +
      `slowest second ${slowest}; ${flashes} flashes, ${marks} marks started, ${beyond} beyond 300 at once`,
  )
  process.exitCode = quantile(0.5) <= 17 && quantile(0.95) <= 25 && flashes >= events * 0.95 && marks > 0 ? 0 : 1
} finally {
  await browser.close()
  clearInterval(sending)
  server.closeAllConnections()
  server.close()
}

/** Runs in the page: how long (ms) each frame took, and what flashed and moved in so many milliseconds. */
async function measure(duration) {
  const lit = () => [...document.querySelectorAll('[data-flashes]')].reduce((sum, bank) => sum + Number(bank.dataset.flashes), 0)
  const { dataset } = document.querySelector('.map canvas')
  const before = { lit: lit(), started: Number(dataset.marksStarted), beyond: Number(dataset.marksBeyond) }
  const ends = []
  const start = await new Promise(requestAnimationFrame)
  for (let now = start; now - start < duration; ends.push(now)) now = await new Promise(requestAnimationFrame)
  const bySecond = Array.from({ length: duration / 1000 }, (_, i) => ends.filter((end) => Math.floor((end - start) / 1000) === i).length)
  return {
    times: ends.map((end, i) => end - (ends[i - 1] ?? start)),
    slowest: Math.min(...bySecond),
    flashes: lit() - before.lit,
    marks: Number(dataset.marksStarted) - before.started,
    beyond: Number(dataset.marksBeyond) - before.beyond,
  }
}
