namespace MessageBoard.Services.Tests.Api;

internal static class Requests
{
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, HttpMethod method, string path, string? cookie, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);

        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        return await client.SendAsync(request);
    }

    /// <summary>Posts as the gateway does for a browser at <paramref name="address"/>.</summary>
    public static async Task<HttpResponseMessage> PostFromAsync(
        this HttpClient client, string address, string path, object body, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { { "X-Forwarded-For", address } },
            Content = JsonContent.Create(body),
        };
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        return await client.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(
        this HttpClient client, string path, string cookie, HttpMethod? method = null, object? body = null)
    {
        using var response = await client.SendAsync(method ?? HttpMethod.Get, path, cookie, body);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The response is a problem of this status; gives it.</summary>
    public static async Task<JsonElement> IsProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string? field = null)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("Exception", text);
        Assert.DoesNotContain(" at MessageBoard", text);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        if (field is not null)
            Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), text);

        Assert.NotEmpty(response.Headers.GetValues("X-Service-Cluster"));
        return problem;
    }
}
