namespace MessageBoard.Mesh.Forwarding;

/// <summary>
/// Bodies of requests. What has at most 1 MiB, Envoy's limit for a connection (<c>per_connection_buffer_limit_bytes</c>), is in memory
/// before any endpoint has the request: a sender who is slow, breaks off or writes nonsense costs nobody but itself a place, a timeout
/// (Envoy's begins here too) or an error, and it can be sent again and mirrored. Larger ones pass on as they come.
/// </summary>
internal sealed class RequestBodies
{
    // Larger ones ask before they are sent: who refuses them may close the connection without having read them.
    private const int AsksFrom = 64 * 1024;

    private const int MostKept = 1024 * 1024, MostKeptTogether = 64 * 1024 * 1024;

    private const string Large = "a body over 1 MiB passes on as it comes: it is not sent again, and not mirrored",
        Crowd = "too many bodies are kept at the moment, so this one passes on as it comes: it is not sent again, and not mirrored";

    private long _kept;

    /// <summary>Takes a request's body.</summary>
    public async ValueTask TakeAsync(Call call)
    {
        var request = call.Request;
        if (request.Headers.NonValidated.Contains("Expect"))
            request.Headers.Remove("Expect"); // it has come already

        if (request.Content is not { } content)
        {
            if (!IsSafe(request.Method))
                request.Content = new ByteArrayContent([]); // else the client would send it again when a kept connection ends unanswered

            return;
        }

        var length = content.Headers.ContentLength;
        if (length > AsksFrom)
            request.Headers.ExpectContinue = true;

        if (content is ByteArrayContent)
            return; // in memory anyway

        if (length > MostKept)
        {
            Pass(call, content, null, Large);
            return;
        }

        var place = new Place(this, length ?? MostKept);
        if (!place.IsThere)
        {
            place.Dispose();
            Pass(call, content, null, Crowd);
            return;
        }

        call.BodyPlace = place;
        if (length is not null)
            await content.LoadIntoBufferAsync(call.Cancelled);
        else
            await ReadAsync(call, content);
    }

    private static async Task ReadAsync(Call call, HttpContent content)
    {
        var sink = new BodySink(MostKept);
        var copy = content.CopyToAsync(sink, call.Cancelled);
        if (await Task.WhenAny(copy, sink.IsFull) != copy)
        {
            Pass(call, content, (sink, copy), Large);
            return;
        }

        await copy;
        var kept = sink.Kept();
        if (kept.Length > AsksFrom)
            call.Request.Headers.ExpectContinue = true;

        call.Request.Content = WithHeaders(new ByteArrayContent(kept), content);
    }

    private static void Pass(Call call, HttpContent content, (BodySink, Task)? begun, string note)
    {
        call.PassingBody = new(content, begun);
        call.Request.Content = WithHeaders(call.PassingBody, content);
        call.Request.Headers.ExpectContinue = true;
        call.Exchange.Note(note);
    }

    private static HttpContent WithHeaders(HttpContent content, HttpContent before)
    {
        foreach (var (name, values) in before.Headers.NonValidated)
            content.Headers.TryAddWithoutValidation(name, values);

        return content;
    }

    // https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
    private static bool IsSafe(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Trace;

    private sealed class Place : IDisposable
    {
        private readonly RequestBodies _bodies;
        private long _length;

        public Place(RequestBodies bodies, long length)
        {
            (_bodies, _length) = (bodies, length);
            IsThere = Interlocked.Add(ref bodies._kept, length) <= MostKeptTogether;
        }

        public bool IsThere { get; }

        public void Dispose() => Interlocked.Add(ref _bodies._kept, -Interlocked.Exchange(ref _length, 0));
    }
}
