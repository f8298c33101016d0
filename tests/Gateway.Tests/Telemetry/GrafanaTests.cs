using Microsoft.AspNetCore.Mvc.Testing;

namespace MessageBoard.Gateway.Tests.Telemetry;

/// <summary>
/// Tempo's and Loki's answers, made from what their repositories say and test with; each names its source. Neither has run here.
/// </summary>
public sealed class GrafanaTests(GrafanaGateway gateway) : IClassFixture<GrafanaGateway>
{
    private const string LogsPath = "/loki/api/v1/query_range";

    // Ids in base64, the kind by name: grafana/tempo, docs/sources/tempo/api_docs/pushing-spans-with-http.md, whose trace this is; events,
    // parent and numbers as texts: cmd/tempo-vulture/testdata/trace.json; status: pkg/tempopb/tempo.proto, TraceByIDResponse.
    [Fact]
    public async Task A_trace_is_read_as_Tempo_writes_it()
    {
        const string Id = "5b8efff798038103d269b633813fc700";
        gateway.Answers[$"/api/v2/traces/{Id}"] = """
            {"trace":{"resourceSpans":[{"resource":{"attributes":[
              {"key":"service.name","value":{"stringValue":"my.service"}},{"key":"k8s.pod.name","value":{"stringValue":"my-pod"}}]},
              "scopeSpans":[{"scope":{"name":"my.library","version":"1.0.0"},"spans":[
                {"traceId":"W47/95gDgQPSabYzgT/HAA==","spanId":"7uGbfsPBsQA=","name":"I am a span!","kind":"SPAN_KIND_SERVER",
                 "startTimeUnixNano":"1689969302000000000","endTimeUnixNano":"1689970000000000000",
                 "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}},{"key":"n","value":{"intValue":"581134"}},
                   {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"1"}]}}}],"status":{}},
                {"traceId":"W47/95gDgQPSabYzgT/HAA==","spanId":"PvWP1n88PEQ=","parentSpanId":"7uGbfsPBsQA=","name":"part",
                 "startTimeUnixNano":"1689969302000001000","endTimeUnixNano":"1689969302000055000",
                 "events":[{"timeUnixNano":"1689969302000002000","name":"it happened"}],"status":{"code":"STATUS_CODE_ERROR"}}]}]}]},
             "metrics":{"inspectedBytes":"966"},"status":"PARTIAL","message":"Trace exceeds maximum size"}
            """;

        var (status, trace) = await gateway.ReadAsync($"/traces/{Id}");

        Assert.Equal((HttpStatusCode.OK, true), (status, trace.GetProperty("partial").GetBoolean()));
        Assert.Equal(
            """
            {"traceId":"5b8efff798038103d269b633813fc700","spanId":"eee19b7ec3c1b100","parentId":null,"name":"I am a span!","kind":"server",
            "service":"my.service","cluster":null,"pod":"my-pod","startTime":"2023-07-21T19:55:02.000000Z","durationMs":698000,
            "status":"unset","statusMessage":null,
            "attributes":{"my.span.attr":"some value","n":581134,"list":"[\"a\",1]"},"links":[],"events":[]}
            """.ReplaceLineEndings(""),
            trace.GetProperty("spans")[0].GetRawText());
        var part = trace.GetProperty("spans")[1];
        Assert.Equal(
            ("eee19b7ec3c1b100", "internal", "error", "it happened", "2023-07-21T19:55:02.000001Z", 0.054),
            (Text(part, "parentId"), Text(part, "kind"), Text(part, "status"), Text(part.GetProperty("events")[0], "name"),
                Text(part, "startTime"), part.GetProperty("durationMs").GetDouble()));
        Assert.StartsWith(
            "https://grafana.example.com/sub/explore?schemaVersion=1&orgId=1&panes=%7B%22trace%22%3A%7B%22datasource%22%3A%22tempo%22",
            Text(trace, "dashboardUrl"));
    }

    [Fact]
    public async Task A_trace_that_Tempo_has_not_is_unknown_and_nonsense_is_no_answer()
    {
        gateway.Answers["/api/v2/traces/00000000000000000000000000000001"] = "<html>not ready</html>";

        var (missing, _) = await gateway.ReadAsync($"/traces/{Guid.NewGuid():N}");
        var (nonsense, body) = await gateway.ReadAsync("/traces/00000000000000000000000000000001");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable), (missing, nonsense));
        Assert.Equal("unavailable", Text(body, "reason"));
    }

    // grafana/tempo, docs/sources/tempo/api_docs/_index.md, "Example of TraceQL search" and "Example of tags-based search", whose ids lose
    // their zeros; serviceStats: pkg/tempopb/tempo.proto, TraceSearchMetadata.
    [Fact]
    public async Task Traces_are_looked_up_in_TraceQL()
    {
        gateway.Answers["/api/search"] = """
            {"traces":[
              {"traceID":"d6e9329d67b6146a","rootServiceName":"frontend","rootTraceName":"/cart",
               "startTimeUnixNano":"1634727903545000000","durationMs":611,"serviceStats":{"frontend":{"spanCount":3}}},
              {"traceID":"2f3e0cee77ae5dc9c17ade3689eb2e54","rootServiceName":"shop-backend","rootTraceName":"update-billing",
               "startTimeUnixNano":"1684778327699392724","durationMs":557,
               "spanSets":[{"spans":[{"spanID":"563d623c76514f8e","startTimeUnixNano":"1684778327735077898","durationNanos":"446979497"}],
                 "matched":1}],
               "serviceStats":{"shop-backend":{"spanCount":4,"errorCount":1},"db":{"spanCount":2}}}],
             "metrics":{"totalBlocks":13}}
            """;

        var (_, all) = await gateway.ReadAsync("/traces?limit=7");
        await gateway.ReadAsync("/traces?service=user-service&minDuration=25&error=true");
        var (_, quiet) = await gateway.ReadAsync("/traces?error=false");

        Assert.Equal(
            """
            {"traceId":"2f3e0cee77ae5dc9c17ade3689eb2e54","name":"update-billing","service":"shop-backend",
            "startTime":"2023-05-22T17:58:47.699392Z","durationMs":557,"spans":6,"error":true}
            """.ReplaceLineEndings(""),
            all.GetProperty("items")[0].GetRawText());
        Assert.Equal("0000000000000000d6e9329d67b6146a", Text(quiet.GetProperty("items").EnumerateArray().Single(), "traceId"));
        Assert.Equal(
            [
                "{ resource.k8s.namespace.name = \"messageboard\" }",
                "{ resource.service.name = \"user-service\" && trace:duration >= 25ms } && { status = error }",
                "{ resource.k8s.namespace.name = \"messageboard\" }",
            ],
            gateway.Asked.Where(asked => asked.Path == "/api/search").Select(asked => asked.Query));
    }

    // grafana/loki, pkg/util/marshal/marshal_test.go: an entry's third item, where labels are kept apart; labels and structured metadata
    // are those that Loki makes of OTLP, docs/sources/send-data/otel/_index.md.
    [Fact]
    public async Task Logs_are_looked_up_in_LogQL()
    {
        gateway.Answers[LogsPath] = """
            {"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[
              {"stream":{"service_name":"user-service","k8s_cluster_name":"ctx1","k8s_pod_name":"user-service-1"},
               "values":[["1569266492548155000","older",{}],
                 ["1569266497240578123","newer",{"structuredMetadata":{"trace_id":"0af7651916cd43dd8448eb211c80319c",
                   "span_id":"b7ad6b7169203331","severity_text":"Critical","detected_level":"critical","scope_name":"Some.Class"},
                   "parsed":{"msg":"text"}}]]},
              {"stream":{"service_name":"gateway"},"values":[["1569266493000000000","between",
                {"structuredMetadata":{"detected_level":"unknown","severity_number":"13"}}],["x","no time"],[]]}],"stats":{}}}
            """;

        var (_, all) = await gateway.ReadAsync("/logs");
        await gateway.ReadAsync("/logs?service=user-service&cluster=ctx2&level=error&traceId=0af7651916cd43dd8448eb211c80319c");

        Assert.Equal(
            [("newer", "fatal"), ("between", "warn"), ("older", "info")],
            all.GetProperty("items").EnumerateArray().Select(line => (Text(line, "message"), Text(line, "level"))));
        Assert.Equal(
            """
            {"time":"2019-09-23T19:21:37.240578Z","level":"fatal","service":"user-service","cluster":"ctx1","pod":"user-service-1",
            "category":"Some.Class","message":"newer","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
            "attributes":{"severity_text":"Critical","msg":"text"}}
            """.ReplaceLineEndings(""),
            all.GetProperty("items")[0].GetRawText());
        Assert.Equal(
            [
                "{k8s_namespace_name=\"messageboard\"}",
                "{k8s_namespace_name=\"messageboard\", service_name=\"user-service\", k8s_cluster_name=\"ctx2\"}"
                    + " | trace_id=\"0af7651916cd43dd8448eb211c80319c\""
                    + " | detected_level=\"error\" or detected_level=\"fatal\" or detected_level=\"critical\"",
            ],
            gateway.Asked.Where(asked => asked.Path == LogsPath).Select(asked => asked.Query));
    }

    [Theory]
    [InlineData("Telemetry:Tempo", "tempo:3200")]
    [InlineData("Telemetry:Loki", "ftp://loki")]
    [InlineData("Telemetry:Grafana", "https://user:word@grafana")]
    [InlineData("Telemetry:Aspire:Url", "/dashboard")]
    public async Task A_setting_that_is_no_address_ends_the_start_with_its_name(string key, string value)
    {
        await using var broken = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting(key, value).UseSetting("Mesh:Folder", Path.Combine(Repository.Root, "istio")));

        var failure = Assert.Throws<InvalidOperationException>(() => broken.Services);

        Assert.StartsWith($"{key} wants an address", failure.Message);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
