using System.Net.ServerSentEvents;

namespace MessageBoard.Gateway.Tests.Traffic;

/// <summary>Reads the event stream as a browser does.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _events = SseParser.Create(stream).EnumerateAsync(_deadline.Token).GetAsyncEnumerator();
    }

    public static async Task<EventReader> OpenAsync(HttpClient client)
    {
        var response = await client.GetAsync("/api/traffic/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; with a name and a condition, the next one of which they hold.</summary>
    public async Task<(string Name, JsonElement Data)> ReadAsync(string? name = null, Func<JsonElement, bool>? condition = null)
    {
        while (await _events.MoveNextAsync())
        {
            var item = _events.Current;
            var data = JsonDocument.Parse(item.Data).RootElement;
            if ((name is null || item.EventType == name) && (condition is null || condition(data)))
                return (item.EventType, data);
        }

        throw new InvalidOperationException("The stream has ended.");
    }

    public async ValueTask DisposeAsync()
    {
        await _deadline.CancelAsync();
        _response.Dispose();
        _deadline.Dispose();
        await Task.CompletedTask;
    }
}
