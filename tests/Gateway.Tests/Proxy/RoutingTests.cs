using System.Text;

namespace MessageBoard.Gateway.Tests.Proxy;

public sealed class RoutingTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Theory]
    [InlineData("/api/users/ping", "user-service", "/api/users/ping")]
    [InlineData("/api/users?offset=1&limit=2", "user-service", "/api/users?offset=1&limit=2")]
    [InlineData("/api/register", "user-service", "/api/register")]
    [InlineData("/api/login", "user-service", "/api/login")]
    [InlineData("/api/logout", "user-service", "/api/logout")]
    [InlineData("/api/messages", "message-service", "/api/messages")]
    [InlineData("/api/messages/search?q=100%25%20%EC%95%88", "message-service", "/api/messages/search?q=100%25%20%EC%95%88")]
    [InlineData("/api/logs/redis", "log-service", "/api/logs/redis")]
    [InlineData("/users/", "user-service", "/api/users")]
    [InlineData("/users/me", "user-service", "/api/users/me")]
    [InlineData("/api/db/message", "message-service", "/api/messages")]
    [InlineData("/api/db/messages?limit=5", "message-service", "/api/messages?limit=5")]
    [InlineData("/api/db/messages/search?q=a", "message-service", "/api/messages/search?q=a")]
    [InlineData("/openapi/user-service.json", "user-service", "/openapi/v1.json")]
    public async Task A_path_goes_to_its_service(string path, string service, string seen)
    {
        using var response = await gateway.Client.GetAsync(path);

        Assert.Equal($"GET {seen}", await response.Content.ReadAsStringAsync());
        Assert.Equal(service, response.Headers.GetValues("X-Service-Name").Single());
        Assert.Contains(response.Headers.GetValues("X-Service-Cluster").Single(), (string[])["ctx1", "ctx2"]);
        Assert.Equal(
            $"{service}-{response.Headers.GetValues("X-Service-Cluster").Single()}-pod", response.Headers.GetValues("X-Pod-Name").Single());
    }

    [Theory]
    [InlineData("/internal/users?id=1")]
    [InlineData("/api/internal/users")]
    [InlineData("/api/users/../../internal/users")]
    [InlineData("/api/users/..%2f..%2finternal/users")]
    [InlineData("/api/nothing")]
    [InlineData("/nothing")]
    public async Task No_other_path_reaches_a_service_under_its_own_name(string path)
    {
        using var response = await gateway.Client.GetAsync(path);

        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("GET /internal", body);
        if (response.StatusCode == HttpStatusCode.NotFound)
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Every_api_answer_has_the_trace_id_that_its_problem_names()
    {
        using var response = await gateway.Client.GetAsync("/api/nothing");

        var problem = await response.Content.ReadAsStringAsync();
        var trace = response.Headers.GetValues("X-Trace-Id").Single();
        Assert.Matches("^[0-9a-f]{32}$", trace);
        Assert.Equal(trace, JsonDocument.Parse(problem).RootElement.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task The_callers_trace_goes_on()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/ping");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", response.Headers.GetValues("X-Trace-Id").Single());
        Assert.Matches(
            "^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$",
            response.Headers.GetValues("X-Seen-TraceParent").Single());
    }

    [Fact]
    public async Task Bytes_of_headers_pass_both_ways_as_they_are()
    {
        var bytes = string.Concat(Enumerable.Range(0x80, 0x80).Select(code => (char)code)); // a byte each in Latin-1
        using var client = new HttpClient(new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Client.BaseAddress!, "/api/users/ping"));
        request.Headers.TryAddWithoutValidation("X-Bytes", bytes);

        using var response = await client.SendAsync(request);

        Assert.Equal(bytes, response.Headers.NonValidated["X-Seen-X-Bytes"].ToString());
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("|abc.1.")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task A_trace_that_is_none_is_begun_anew(string parent)
    {
        foreach (var path in (string[])["/api/users/ping", "/api/traffic", "/api/nothing", "/api/traffic/requests"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("traceparent", parent);
            request.Headers.Add("tracestate", "a=b");

            using var response = await gateway.Client.SendAsync(request);

            var trace = response.Headers.GetValues("X-Trace-Id").Single();
            Assert.Matches("^(?!0{32})[0-9a-f]{32}$", trace);
            Assert.NotEqual("0af7651916cd43dd8448eb211c80319c", trace);
            Assert.False(response.Headers.Contains("X-Seen-TraceState"));
            if (path == "/api/users/ping")
                Assert.Matches($"^00-{trace}-[0-9a-f]{{16}}-0[01]$", response.Headers.GetValues("X-Seen-TraceParent").Single());
        }
    }
}
