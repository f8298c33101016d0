// The folder of cases that people have reported is made for the mesh at home, whose files a case replaces: here a folder stands for
// both clusters, each of which gets what changes in it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { address, clusters, run, space } from './lab.mjs'

const plurals = {
  VirtualService: 'virtualservices', DestinationRule: 'destinationrules', ServiceEntry: 'serviceentries', Sidecar: 'sidecars',
  WorkloadEntry: 'workloadentries', AuthorizationPolicy: 'authorizationpolicies', RequestAuthentication: 'requestauthentications',
  HTTPRoute: 'httproutes',
}

/** The documents of a folder's files, by the path at which an API server has each. */
async function read(folder) {
  const found = new Map()
  for (const file of (await readdir(folder)).filter((name) => /^[^.].*\.yaml$/.test(name)))
    for (const text of (await readFile(join(folder, file), 'utf8')).split(/^---$/m)) {
      const [group, kind, name] = [/^apiVersion: ([^/\n]+)\//m, /^kind: (\w+)/m, /^ {2}name: (\S+)/m].map((part) => part.exec(text)?.[1])
      if (plurals[kind]) found.set(`/apis/${group}/v1/namespaces/${space}/${plurals[kind]}/${name}`, text)
    }
  return found
}

async function put(server, path, text) {
  const there = await fetch(server + path)
  const headers = { 'content-type': 'application/yaml' }
  if (there.status === 404) return fetch(server + path.slice(0, path.lastIndexOf('/')), { method: 'POST', headers, body: text })
  const { resourceVersion } = (await there.json()).metadata
  const body = text.replace(/^metadata:\n/m, `metadata:\n  resourceVersion: "${resourceVersion}"\n`)
  return fetch(server + path, { method: 'PUT', headers, body })
}

/** Brings what changes in a folder to both clusters, until it is stopped. */
function follow(folder, servers) {
  let stopped = false
  let known = null
  const loop = (async () => {
    while (!stopped) {
      const now = await read(folder).catch(() => known) // a file may be on its way out
      for (const [path, text] of now ?? [])
        if (known?.get(path) !== text)
          for (const server of servers) await put(server, path, text).then((answer) => answer.ok || answer.text().then(console.log))
      for (const path of known?.keys() ?? [])
        if (!now.has(path)) for (const server of servers) await fetch(server + path, { method: 'DELETE' })
      known = now
      await pause(50)
    }
  })()
  return () => ((stopped = true), loop)
}

/**
 * Tries the cases that need no pods of their own and do not look for the page's edits in a file, which go to the clusters here; gives how
 * many were tried, and what the wrong ones say.
 */
export async function tryCases(cases, adminPassword) {
  const folder = await mkdtemp(join(tmpdir(), 'messageboard-cases-'))
  const mesh = join(folder, '.local', 'istio')
  await mkdir(mesh, { recursive: true })
  await writeFile(join(folder, '.local', 'admin-password'), await adminPassword(), { mode: 0o600 })
  for (const file of (await readdir('istio')).filter((name) => name.endsWith('.yaml'))) await cp(join('istio', file), join(mesh, file))

  const stdio = ['ignore', 'pipe', 'inherit']
  const proxies = clusters.map((cluster) => spawn('kubectl', ['--context', cluster, 'proxy', '--port=0'], { stdio }))
  const addressOf = async ({ stdout }) => /127\.0\.0\.1:\d+/.exec((await once(stdout, 'data'))[0])[0]
  const servers = await Promise.all(proxies.map(async (proxy) => `http://${await addressOf(proxy)}`))
  const stop = follow(mesh, servers)
  const wrong = []
  let tried = 0
  try {
    for (const name of (await readdir(cases)).filter((name) => /^\d\d-/.test(name)).sort()) {
      const script = await readFile(join(cases, name, 'try.sh'), 'utf8')
      if (!/^use_mesh/m.test(script) || /^\s*pod /m.test(script) || script.includes('/api/traffic/')) continue
      const number = name.slice(0, 2)
      const said = await run('env', `BASE=${address}`, `MESH_DIR=${mesh}`, `CHECKOUT=${folder}`, join(cases, 'run.sh'), number)
      console.log(`  ${said.trim().replaceAll('\n', '\n  ')}`)
      if (!said.startsWith('UNTRIED')) tried++
      if (said.startsWith('WRONG')) wrong.push(said)
    }
  } finally {
    await stop()
    for (const proxy of proxies) proxy.kill()
    await rm(folder, { recursive: true })
  }
  return { tried, wrong }
}
