namespace MessageBoard.Gateway.Tests.Edge;

public sealed class RefusalLogTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    [Fact]
    public async Task Who_is_no_admin_is_noted_with_number_and_address()
    {
        using var response = await gateway.PutWeightsAsync("user-service", "{}", await gateway.LogInAsync(isAdmin: false));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        await IsNotedAsync("PUT /api/traffic/weights/user-service 403: refused to user 1 at 127.0.0.1, host 127.0.0.1:");
    }

    [Fact]
    public async Task Who_is_not_logged_in_is_noted_with_the_address()
    {
        using var response = await gateway.Client.GetAsync("/api/traffic/requests");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await IsNotedAsync("GET /api/traffic/requests 401: refused to nobody at 127.0.0.1");
    }

    [Fact]
    public async Task What_is_no_edit_is_noted_with_the_trace_that_its_sender_was_told()
    {
        using var response = await gateway.PutWeightsAsync("user-service", "no JSON", await gateway.LogInAsync(isAdmin: true));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var trace = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("traceId").GetString();
        await IsNotedAsync("PUT /api/traffic/weights/user-service 400: refused to user 1 at 127.0.0.1");
        await IsNotedAsync($"trace {trace}");
    }

    [Fact]
    public async Task Another_origin_and_a_foreign_host_are_noted_as_they_call_themselves()
    {
        using var change = new HttpRequestMessage(HttpMethod.Post, "/api/logout");
        change.Headers.Add("Origin", "http://localhost:3000");
        using var refused = await gateway.Client.SendAsync(change);
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        asked.Headers.Host = "evil.example";
        using var misdirected = await gateway.Client.SendAsync(asked);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.MisdirectedRequest), (refused.StatusCode, misdirected.StatusCode));
        await IsNotedAsync("origin http://localhost:3000");
        await IsNotedAsync("GET /api/users/me 421: refused to nobody at 127.0.0.1, host evil.example");
    }

    // The answer is on its way before the line is written.
    private async Task IsNotedAsync(string text) => await Eventually.IsTrueAsync(
        () => gateway.Log.Any(line => line.Contains(text, StringComparison.Ordinal)), $"'{text}' is noted");
}
