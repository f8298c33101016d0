using System.Globalization;

namespace MessageBoard.Gateway.Tests.Telemetry;

public sealed class BrowserSpansTests(CollectedGateway gateway) : IClassFixture<CollectedGateway>
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow;
    private static readonly string Now = Nanoseconds(TimeSpan.Zero);

    [Fact]
    public async Task A_pages_spans_go_where_the_gateways_go_without_what_is_nobodys_business()
    {
        var (trace, span, parent) = NewIds();
        using var answer = await gateway.PostSpansAsync($$$$"""
            {"resourceSpans":[{
              "resource":{"attributes":[
                {"key":"service.name","value":{"stringValue":"user-service"}},{"key":"user","value":{"stringValue":"alice"}}]},
              "scopeSpans":[{"scope":{"name":"alice"},"spans":[{
                "traceId":"{{{{trace}}}}","spanId":"{{{{span}}}}","parentSpanId":"{{{{parent}}}}","name":"HTTP GET","kind":3,
                "startTimeUnixNano":"{{{{Now}}}}","endTimeUnixNano":"{{{{Nanoseconds(TimeSpan.FromMilliseconds(250))}}}}",
                "attributes":[
                  {"key":"url.full","value":{"stringValue":"https://alice:pass@example.com/api/messages/search?q=alice#alice"}},
                  {"key":"http.response.status_code","value":{"intValue":503}},
                  {"key":"browser.mobile","value":{"boolValue":true}},
                  {"key":"http.response.body.size","value":{"doubleValue":0.5}},
                  {"key":"http.request.header.cookie","value":{"stringValue":"alice"}},
                  {"key":"http.user_agent","value":{"stringValue":"alice"}},
                  {"key":"error.type","value":{"arrayValue":{"values":[{"stringValue":"alice"}]}}}],
                "events":[{"name":"fetchStart","timeUnixNano":"{{{{Now}}}}","attributes":[{"key":"user","value":{"stringValue":"alice"}}]},
                          {"name":"alice@example.com","timeUnixNano":"{{{{Now}}}}"}],
                "links":[{"traceId":"{{{{trace}}}}","spanId":"{{{{parent}}}}"}],
                "status":{"code":2,"message":"alice"}}]}]}]}
            """);

        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        var received = await gateway.Receiver.SpanAsync(got => got.TraceId == trace, "the span is passed on");
        Assert.Equal(
            ("browser", "HTTP GET", "client", span, parent, true),
            (received.Service, received.Name, received.Kind, received.SpanId, received.ParentId, received.IsError));
        Assert.Equal(Now, received.Start.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(250_000_000ul, received.End - received.Start);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["browser.mobile"] = "true",
                ["http.response.body.size"] = "0.5",
                ["http.response.status_code"] = "503",
                ["url.full"] = "https://example.com/api/messages/search",
            },
            new SortedDictionary<string, string>(received.Attributes.ToDictionary()));
        Assert.Empty(received.Links);
        Assert.DoesNotContain("alice", $"{received.Scope} {string.Join(' ', received.Resource.Values)}");
        Assert.Equal("a secret", gateway.Receiver.Headers["x-key"]);
    }

    [Theory]
    [InlineData("[]", "resourceSpans")]
    [InlineData("""{"resourceSpans":{}}""", "resourceSpans")]
    [InlineData("traceId", "")]
    [InlineData("traceId", "00000000000000000000000000000000")]
    [InlineData("traceId", "0af7651916cd43dd8448eb211c80319\\u0430")]
    [InlineData("traceId", "MUkZX/sL7AU0e0jv6OzBsA==")]
    [InlineData("spanId", "1")]
    [InlineData("parentSpanId", "xyz")]
    [InlineData("name", "")]
    [InlineData("name", "GET /search?q=alice")]
    [InlineData("name", "a\\nb")]
    [InlineData("kind", "2")]
    [InlineData("kind", "99")]
    [InlineData("startTimeUnixNano", "-9223372036854775808")]
    [InlineData("startTimeUnixNano", "9223372036854775807")]
    [InlineData("startTimeUnixNano", "0")]
    [InlineData("endTimeUnixNano", "1")]
    [InlineData("endTimeUnixNano", "9223372036854775807")]
    public async Task What_is_none_is_refused_with_its_field(string bodyOrField, string fieldOrValue)
    {
        var isBody = bodyOrField[0] is '[' or '{';
        using var answer = await gateway.PostSpansAsync(isBody ? bodyOrField : Request(Span((bodyOrField, fieldOrValue))));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("errors");
        var field = Assert.Single(errors.EnumerateObject()).Name;
        Assert.Equal(isBody ? fieldOrValue : $"resourceSpans[0].scopeSpans[0].spans[0].{bodyOrField}", field);
    }

    [Theory]
    [InlineData("no JSON", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{}", "application/x-protobuf", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task Only_JSON_is_taken(string body, string type, HttpStatusCode status)
    {
        using var answer = await gateway.PostSpansAsync(body, type);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Pages_of_other_origins_send_nothing()
    {
        using var answer = await gateway.PostSpansAsync(Request(Span()), origin: "same-site");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task No_more_than_200_spans_and_64_KiB_are_taken_at_once()
    {
        using var many = await gateway.PostSpansAsync(Request([.. Enumerable.Repeat(Minimal(), 201)]));
        using var large = await gateway.PostSpansAsync(new string(' ', 65_536) + "{}");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (many.StatusCode, large.StatusCode));
    }

    [Fact]
    public async Task Spans_of_a_request_that_was_not_kept_are_not_kept_either()
    {
        var (dropped, _, _) = NewIds();
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping"))
        {
            request.Headers.Add("traceparent", $"00-{dropped}-00f067aa0ba902b7-00");
            using var answer = await gateway.Client.SendAsync(request);
        }

        var (kept, _, _) = NewIds();
        using var both = await gateway.PostSpansAsync(Request(Span(("traceId", dropped)), Span(("traceId", kept))));

        await gateway.Receiver.SpanAsync(got => got.TraceId == kept, "the other's span is passed on");
        Assert.Empty(gateway.Receiver.Trace(dropped));
    }

    private static (string Trace, string Span, string Parent) NewIds() =>
        ($"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}"[..16], $"{Guid.NewGuid():N}"[..16]);

    private static string Nanoseconds(TimeSpan later) =>
        $"{(Start + later - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick}";

    private static string Request(params string[] spans) =>
        $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans)}}]}]}]}""";

    private static string Minimal() => Span().Replace(" ", "", StringComparison.Ordinal);

    private static string Span(params (string Field, string Value)[] changes)
    {
        var (trace, span, _) = NewIds();
        var fields = new Dictionary<string, string>
        {
            ["traceId"] = trace,
            ["spanId"] = span,
            ["name"] = "GET",
            ["kind"] = "1",
            ["startTimeUnixNano"] = Now,
            ["endTimeUnixNano"] = Now,
        };
        foreach (var (field, value) in changes)
            fields[field] = value;

        return $$"""{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":\"{field.Value}\""))}}}""";
    }
}
