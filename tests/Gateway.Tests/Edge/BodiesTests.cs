using System.Text;

namespace MessageBoard.Gateway.Tests.Edge;

/// <summary>Bodies that the gateway's own endpoints cannot read.</summary>
public sealed class BodiesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private static readonly string[] Endpoints =
    [
        "/api/traffic/weights/user-service", "/api/traffic/canary/user-service", "/api/traffic/fault/user-service",
        "/api/traffic/resilience/user-service", "/api/mesh/resources/VirtualService/user-service", "/api/mesh/drill/ctx1",
    ];

    public static TheoryData<string?, string> Bodies => new()
    {
        { null, "{}" },
        { "", "{}" },
        { "text/plain", "{}" },
        { "application/xml", "<a/>" },
        { "nonsense", "{}" },
        { "application/json; charset=x-evil", "{}" },
        { "application/json; charset=utf-7", "{}" },
        { "application/json; charset=utf-16", "{}" },
        { "application/json; charset=\"", "{}" },
        { "application/json", "" },
        { "application/json", "{" },
        { "application/json", "[]" },
        { "application/json", "null" },
        { "application/json", "\"\\ud800\"" },
        { "application/json", "{\"weights\":[],\"yaml\":{},\"down\":1,\"delay\":7,\"retries\":\"a\",\"subset\":{}}" },
        { "application/json", "{\"resourceVersion\":{\"a\":1}}" },
        { "application/json", "\u00ff\u00fe{}" },
        { "application/json", new string('[', 10_000) },
        { "application/json", "{\"delay\":{\"seconds\":1e999,\"percentage\":NaN},\"abort\":{\"status\":99999999999}}" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_read_is_the_callers_fault(string? type, string body)
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);
        foreach (var path in Endpoints)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, path)
            {
                Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)),
                Headers = { { "Cookie", cookie } },
            };
            if (type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);

            using var response = await gateway.Client.SendAsync(request);

            var answer = await response.Content.ReadAsStringAsync();
            // Of a body without fields some edits take that nothing is wanted.
            var isFine = body.Contains("\"resourceVersion\"") && response.StatusCode == HttpStatusCode.OK;
            Assert.True(isFine || (int)response.StatusCode is >= 400 and < 500, $"{path}: {(int)response.StatusCode} {answer}");
            Assert.DoesNotContain("Exception", answer);
            Assert.DoesNotContain(" at ", answer);
        }
    }
}
