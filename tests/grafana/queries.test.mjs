// Grafana's data sources, dashboards and Prometheus' alerts as code: each query parses by the grammars that Grafana's own editors
// have, and names only what exists. No Grafana runs here.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parser as logql } from '@grafana/lezer-logql'
import { parser as traceql } from '@grafana/lezer-traceql'
import { parser as promql } from '@prometheus-io/lezer-promql'
import { parse as yaml } from 'yaml'

const root = new URL('../../', import.meta.url)
const read = (path) => readFileSync(new URL(path, root), 'utf8')
const folder = 'k8s/observability/grafana/dashboards/'
const dashboards = Object.fromEntries(readdirSync(new URL(folder, root)).map((file) => [file, JSON.parse(read(folder + file))]))
const sources = yaml(read('k8s/observability/grafana/provisioning/datasources.yaml')).datasources
const rules = yaml(read('k8s/observability/prometheus/rules/messageboard.yaml')).groups.flatMap((group) => group.rules)

// What Istio's parts have by their own documents and source.
const istio = [
  'istio_requests_total', // https://istio.io/latest/docs/reference/config/metrics/
  'istio_request_duration_milliseconds', // there too
  // https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
  'envoy_cluster_upstream_rq_retry',
  'envoy_cluster_outlier_detection_ejections_active',
  // https://github.com/istio/istio/blob/86c9f01fd735fb01d8192f5bcaf0d424afb7f14c/security/pkg/server/ca/monitoring.go
  'citadel_server_root_cert_expiry_timestamp',
  'citadel_server_cert_chain_expiry_timestamp',
]
// Those of docs/observability.md, which a run with a real Prometheus holds against what each process serves.
const ours = [...read('docs/observability.md').matchAll(/^\| `[a-z._*]+` \| `([a-z_]+)`/gm)].map((row) => row[1])
// https://learn.microsoft.com/dotnet/core/diagnostics/built-in-metrics-runtime
const dotnet = ['dotnet_process_memory_working_set_bytes', 'dotnet_process_cpu_time_seconds_total']

// Loki's index has these of OTLP (https://grafana.com/docs/loki/latest/send-data/otel/); what else a line has stands behind a pipe.
const streams = ['k8s_namespace_name', 'service_name', 'k8s_cluster_name', 'k8s_pod_name', 'k8s_container_name', 'service_instance_id']

/** Puts values in the place of Grafana's variables. */
const filled = (query) =>
  query
    .replaceAll('$$', '$')
    .replaceAll('{$__tags}', '{service="user-service"}')
    .replace(/\$\{__(span|trace)\.\w+\}/g, '4bf92f3577b34da6a3ce929d0e0e4736')
    .replaceAll('$__rate_interval', '1m')
    .replace(/\$\w+/g, 'user-service')

/** The texts of all nodes of a kind. @param {import('@lezer/common').Tree} tree */
function nodes(tree, query, kinds) {
  const found = []
  tree.iterate({ enter: (node) => void (kinds.includes(node.name) && found.push(query.slice(node.from, node.to))) })
  return found
}

/** Parses a query; says where it is none. */
function parse(parser, query) {
  const text = filled(query)
  const tree = parser.parse(text)
  tree.iterate({
    enter: (node) => assert.ok(!node.type.isError, `no query at '${text.slice(node.from)}' of ${text}`),
  })
  return { text, tree }
}

function checkPromQl(query) {
  const { text, tree } = parse(promql, query)
  const names = nodes(tree, text, ['Identifier']).map((name) => name.replace(/_(bucket|sum|count)$/, ''))
  assert.ok(names.length > 0, `no metric in ${text}`)
  for (const name of names) assert.ok([...ours, ...istio, ...dotnet].includes(name), `nobody has ${name}`)
}

function checkLogQl(query) {
  const { text, tree } = parse(logql, query)
  const [selector] = nodes(tree, text, ['Selector'])
  for (const [, label] of selector.matchAll(/(\w+)\s*(?:=|!=|=~|!~)/g)) assert.ok(streams.includes(label), `${label} is in no index`)
}

const checkTraceQl = (query) => void parse(traceql, query)

const checks = { prometheus: checkPromQl, loki: checkLogQl, tempo: checkTraceQl }

test('the grammars and lists refuse what is wrong', () => {
  assert.throws(() => checkPromQl('sum(rate(messageboard_stream_readers[5m])'), /no query/)
  assert.throws(() => checkPromQl('messageboard_stream_listeners'), /nobody has/)
  assert.throws(() => checkLogQl('{service_name="a" | trace_id="b"'), /no query/)
  assert.throws(() => checkLogQl('{trace_id="b"}'), /in no index/)
  assert.throws(() => checkTraceQl('{ resource.service.name = }'), /no query/)
})

test('the table of metrics is read', () => assert.ok(ours.includes('messageboard_traffic_share') && ours.length > 20))

for (const [file, dashboard] of Object.entries(dashboards)) {
  test(`${file} is whole`, () => {
    assert.match(dashboard.uid, /^messageboard-[a-z]+$/)
    assert.ok(!('id' in dashboard), 'Grafana gives it an id')
    assert.ok(dashboard.panels.length > 2)
    for (const panel of dashboard.panels) {
      assert.ok(panel.title && panel.targets.length > 0, 'a panel shows something and says what')
      const { x, y, w, h } = panel.gridPos
      assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24, `${panel.title} is on the grid`)
    }
  })

  for (const panel of dashboard.panels)
    for (const target of panel.targets)
      test(`${file}: ${panel.title}, ${target.refId}`, () => {
        const source = sources.find(({ uid }) => uid === panel.datasource.uid)
        assert.equal(panel.datasource.type, source?.type, 'its data source exists')
        checks[source.type](target.expr ?? target.query)
      })

  for (const variable of dashboard.templating.list)
    test(`${file}: $${variable.name}`, () => {
      assert.ok(sources.some(({ uid, type }) => uid === variable.datasource.uid && type === 'prometheus'))
      checkPromQl(/^label_values\((.+), \w+\)$/.exec(variable.query.query)[1])
    })
}

test('no two dashboards have one uid', () => {
  const uids = Object.values(dashboards).map(({ uid }) => uid)
  assert.equal(new Set(uids).size, uids.length)
})

test('data sources lead to each other, and their queries are ones', () => {
  const [prometheus, loki, tempo] = ['prometheus', 'loki', 'tempo'].map((uid) => sources.find((source) => source.uid === uid))
  assert.equal(prometheus.jsonData.exemplarTraceIdDestinations[0].datasourceUid, tempo.uid)
  assert.equal(loki.jsonData.derivedFields[0].datasourceUid, tempo.uid)
  assert.equal(tempo.jsonData.tracesToLogsV2.datasourceUid, loki.uid)
  assert.equal(tempo.jsonData.tracesToMetrics.datasourceUid, prometheus.uid)
  checkLogQl(tempo.jsonData.tracesToLogsV2.query)
  for (const { query } of tempo.jsonData.tracesToMetrics.queries) checkPromQl(query)
})

for (const { alert, expr, annotations } of rules)
  test(`the alert ${alert} names what exists, and its runbook is written`, () => {
    checkPromQl(expr)
    const [file, anchor] = annotations.runbook.split('#')
    const headings = [...read(file).matchAll(/^### (\w+)$/gm)].map((heading) => heading[1].toLowerCase())
    assert.equal(anchor, alert.toLowerCase())
    assert.ok(headings.includes(anchor), `${file} has no ${anchor}`)
  })
