using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>What <see cref="KestrelBackend"/> answers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Pieces">The body, each piece flushed.</param>
internal sealed record KestrelAnswer(int Status, IReadOnlyList<int> Pieces)
{
    public bool HasLength { get; init; }

    public bool ReadsBody { get; init; }

    /// <summary>Breaks off when the pieces are written.</summary>
    public bool Aborts { get; init; }

    public bool Closes { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public override string ToString() =>
        $"{Status} of {string.Join(" + ", Pieces)} bytes{(HasLength ? " with a length" : "")}{(ReadsBody ? "" : ", reads no body")}"
            + $"{(Aborts ? ", aborts" : "")}{(Closes ? ", closes" : "")}";

    /// <param name="random">Draws.</param>
    /// <param name="mayAbort">Whether it may break off.</param>
    public static KestrelAnswer Draw(Random random, bool mayAbort) => new(
        random.Pick(200, 200, 200, 200, 201, 204, 301, 304, 400, 404, 500),
        [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 20_000))])
    {
        HasLength = random.Is(50),
        ReadsBody = random.Is(80),
        Aborts = mayAbort && random.Is(3),
        Closes = random.Is(5),
        Headers = [.. random.GetItems(SomeHeaders, random.Next(5))],
    };

    private static readonly (string, string)[] SomeHeaders =
    [
        ("X-Service-Cluster", "ctx1"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("Content-Type", "application/json"),
        ("X-Utf8", "\u00ed\u0095\u009c"),
        ("Vary", "a"), ("Vary", "b"), ("ETag", "\"a\""), ("Location", "/a"), ("Cache-Control", "no-cache"),
    ];
}

/// <summary>Kestrel on many ports, with what each is asked and shall answer.</summary>
internal sealed class KestrelBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<int, Place> _places = [];

    public KestrelBackend(int places)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            for (var i = 0; i < places; i++)
                kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(context => AnswerAsync(context, _places[context.Connection.LocalPort]));
    }

    public IReadOnlyList<Place> Places { get; private set; } = [];

    public async Task StartAsync()
    {
        await _app.StartAsync();
        foreach (var port in _app.Urls.Select(url => new Uri(url).Port))
            _places[port] = new(port);

        Places = [.. _places.Values];
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, Place place)
    {
        place.Begin();
        try
        {
            var answer = place.Answer;
            var body = new MemoryStream();
            if (answer.ReadsBody)
                await context.Request.Body.CopyToAsync(body);

            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            place.Seen.Enqueue(HttpText.Of(
                $"{context.Request.Method} {target} {context.Request.Protocol}",
                context.Request.Headers.SelectMany(header => header.Value.Select(value => (header.Key, value ?? ""))),
                Encoding.Latin1.GetString(body.ToArray())));
            var response = context.Response;
            response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers)
                response.Headers.Append(name, value);

            if (answer.Closes)
                response.Headers.Connection = "close";

            var hasBody = answer.Status is not (204 or 304);
            if (hasBody && answer.HasLength)
                response.ContentLength = answer.Pieces.Sum() + (answer.Aborts ? 1 : 0);

            foreach (var piece in hasBody ? answer.Pieces : [])
            {
                await response.WriteAsync(new string('k', piece));
                await response.Body.FlushAsync();
            }

            if (answer.Aborts)
                context.Abort();
        }
        finally
        {
            place.End();
        }
    }

    /// <summary>One of the ports.</summary>
    internal sealed class Place(int port) : Recorder
    {
        public int Port => port;

        public KestrelAnswer Answer { get; set; } = new(200, []);
    }
}
