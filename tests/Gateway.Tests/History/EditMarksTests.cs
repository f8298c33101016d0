using System.Text.RegularExpressions;

namespace MessageBoard.Gateway.Tests.History;

/// <summary>Each way in which a resource is edited leaves its mark.</summary>
public sealed partial class EditMarksTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private const string Resource = "/api/mesh/resources/VirtualService/user-service";

    [Fact]
    public async Task Edits_are_marked_with_who_what_and_the_versions()
    {
        var cookie = await gateway.LogInAsync(isAdmin: true);

        await EditAsync("/api/traffic/weights/user-service", """{"weights":{"ctx1":90,"ctx2":10}}""");
        await IsMarkedAsync("weights", """{"ctx1":90,"ctx2":10}""");
        await EditAsync(
            "/api/traffic/fault/user-service",
            """{"abort":{"status":503,"percentage":30},"delay":{"seconds":0.2,"percentage":5}}""");
        await IsMarkedAsync("fault", """{"delaySeconds":0.2,"delayPercent":5,"abortStatus":503,"abortPercent":30}""");
        await EditAsync("/api/traffic/fault/user-service", "{}");
        await IsMarkedAsync("fault", "{}");
        await EditAsync("/api/traffic/canary/user-service", """{"subset":"ctx2"}""");
        await IsMarkedAsync("canary", """{"subset":"ctx2"}""");
        await EditAsync("/api/traffic/resilience/user-service", """{"timeoutSeconds":3,"retries":{"attempts":4}}""");
        await IsMarkedAsync("resilience", """{"timeoutSeconds":3,"attempts":4}""");
        using (var undone = await gateway.SendAsync(HttpMethod.Post, $"{Resource}/undo", "{}", cookie))
            Assert.Equal(HttpStatusCode.OK, undone.StatusCode);

        await IsMarkedAsync("undo", """{"timeoutSeconds":1}""");
        var file = Path.Combine(gateway.Istio, "user-service.yaml");
        var yaml = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, Weights.Replace(yaml, "weight: 50"));
        var byHand = await IsMarkedAsync("hand", """{"ctx1":50,"ctx2":50}""", user: null);
        var text = await (await gateway.Client.GetAsync(Resource)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(text.GetProperty("resourceVersion").GetString(), byHand.GetProperty("version").GetString());
        Assert.Equal(text.GetProperty("versions")[1].GetProperty("version").GetString(), byHand.GetProperty("before").GetString());

        await EditAsync(
            Resource, JsonSerializer.Serialize(new { yaml = text.GetProperty("yaml").GetString()!.Replace("timeout: 1s", "timeout: 2s") }));
        await IsMarkedAsync("yaml", """{"timeoutSeconds":2,"what":"yaml"}""");

        async Task EditAsync(string path, string body)
        {
            using var response = await gateway.SendAsync(HttpMethod.Put, path, body, cookie);
            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        }
    }

    // The mark is the last of all.
    private async Task<JsonElement> IsMarkedAsync(string kind, string detail, string? user = "admin")
    {
        JsonElement mark = default;
        await Eventually.IsTrueAsync(
            async () =>
            {
                var history = await gateway.Client.GetFromJsonAsync<JsonElement>("/api/traffic/history");
                mark = history.GetProperty("marks").EnumerateArray().LastOrDefault();
                return mark.ValueKind == JsonValueKind.Object && mark.GetProperty("kind").GetString() == kind
                    && mark.GetProperty("detail").GetRawText() == detail;
            },
            $"{kind} {detail} after {mark}");

        Assert.Equal("user-service", mark.GetProperty("service").GetString());
        Assert.Equal(user, mark.GetProperty("user").GetString());
        Assert.Equal("VirtualService", mark.GetProperty("resource").GetProperty("kind").GetString());
        Assert.NotEqual(mark.GetProperty("before").GetString(), mark.GetProperty("version").GetString());
        return mark;
    }

    [GeneratedRegex("weight: [0-9]+")]
    private static partial Regex Weights { get; }
}
