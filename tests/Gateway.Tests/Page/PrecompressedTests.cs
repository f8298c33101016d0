using System.IO.Compression;
using System.Net.Http.Headers;

namespace MessageBoard.Gateway.Tests.Page;

/// <summary>A script that the build has compressed, asked for in all ways.</summary>
public sealed class PrecompressedTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private const string Path = "/assets/index-0123.js", Document = "/assets/index-0123.html";

    private static readonly string Script = string.Concat(Enumerable.Repeat("console.log('a script')\n", 100));

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("identity", null)]
    [InlineData("deflate", null)]
    [InlineData("br;q=0", null)]
    [InlineData("br;q=0, gzip;q=0", null)]
    [InlineData("*;q=0", null)]
    [InlineData("gzip;q=0.5, identity", null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, br;q=0", "gzip")]
    [InlineData("gzip;q=0.9, br;q=0.8", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("BR", "br")]
    [InlineData("*", "br")]
    public async Task It_comes_as_the_browser_likes_it_best(string? accepted, string? encoding)
    {
        using var response = await AskAsync(HttpMethod.Get, Path, accepted);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(encoding is null ? [] : [encoding], response.Content.Headers.ContentEncoding);
        Assert.Equal(["Accept-Encoding"], response.Headers.Vary);
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        Assert.Equal(Script, await TextOfAsync(response));
    }

    [Fact]
    public async Task Each_kind_has_a_tag_of_its_own_and_HEAD_tells_the_same()
    {
        var tags = new HashSet<string>();
        foreach (var encoding in (string?[])[null, "gzip", "br"])
        {
            using var get = await AskAsync(HttpMethod.Get, Path, encoding);
            using var head = await AskAsync(HttpMethod.Head, Path, encoding);
            Assert.Equal(get.Headers.ETag, head.Headers.ETag);
            Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Equal(get.Content.Headers.ContentEncoding, head.Content.Headers.ContentEncoding);
            tags.Add(get.Headers.ETag!.Tag);

            using var again = await AskAsync(HttpMethod.Get, Path, encoding, request => request.Headers.IfNoneMatch.Add(get.Headers.ETag));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }

        Assert.Equal(3, tags.Count);
    }

    [Fact]
    public async Task A_part_is_given_of_the_plain_script_alone()
    {
        using var plain = await AskAsync(HttpMethod.Get, Path, null, request => request.Headers.Range = new RangeHeaderValue(0, 6));
        Assert.Equal((HttpStatusCode.PartialContent, "console"), (plain.StatusCode, await plain.Content.ReadAsStringAsync()));

        using var compressed = await AskAsync(HttpMethod.Get, Path, "br", request => request.Headers.Range = new RangeHeaderValue(0, 6));
        Assert.Equal((HttpStatusCode.OK, Script), (compressed.StatusCode, await TextOfAsync(compressed)));
        Assert.Equal(["none"], compressed.Headers.AcceptRanges);
    }

    [Fact]
    public async Task What_is_not_compressed_or_only_that_is_as_it_was()
    {
        using var page = await AskAsync(HttpMethod.Get, "/", "br");
        Assert.Empty(page.Content.Headers.ContentEncoding);
        Assert.Empty(page.Headers.Vary);

        using var raw = await AskAsync(HttpMethod.Get, $"{Path}.br", "br");
        Assert.Equal(HttpStatusCode.NotFound, raw.StatusCode);
    }

    [Fact]
    public async Task A_compressed_document_brings_the_page_s_key_too()
    {
        using var plain = await AskAsync(HttpMethod.Get, Document, null);
        using var compressed = await AskAsync(HttpMethod.Get, Document, "br");

        Assert.Equal(["br"], compressed.Content.Headers.ContentEncoding);
        Assert.True(plain.Headers.Contains("Set-Cookie"));
        Assert.True(compressed.Headers.Contains("Set-Cookie"));
        Assert.Equal(plain.Content.Headers.ContentType, compressed.Content.Headers.ContentType);
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method, string path, string? accepted, Action<HttpRequestMessage>? change = null)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(gateway.Page, "assets"));
        if (path is Path or Document)
            await WriteAsync(gateway.Page + path);

        using var request = new HttpRequestMessage(method, path);
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);

        change?.Invoke(request);
        return await gateway.Client.SendAsync(request);
    }

    private static async Task WriteAsync(string file)
    {
        if (!File.Exists(file))
        {
            await using (var brotli = new BrotliStream(File.Create(file + ".br"), CompressionLevel.Optimal))
                await brotli.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Script));

            await using (var gzip = new GZipStream(File.Create(file + ".gz"), CompressionLevel.Optimal))
                await gzip.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Script));

            await File.WriteAllTextAsync(file, Script);
        }
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStreamAsync();
        await using var plain = response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain);
        return await reader.ReadToEndAsync();
    }
}
