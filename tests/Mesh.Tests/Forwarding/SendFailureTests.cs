using System.Net.Sockets;
using MessageBoard.Mesh.Forwarding;

namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>Whose fault it is: of all that an HttpClient says, and with a client whose body breaks off.</summary>
public sealed class SendFailureTests : ForwardingTest
{
    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, true)]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    [InlineData(HttpRequestError.HttpProtocolError, true)]
    [InlineData(HttpRequestError.VersionNegotiationError, true)]
    [InlineData(HttpRequestError.InvalidResponse, true)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, true)]
    [InlineData(HttpRequestError.Unknown, false)]
    public void What_the_client_has_a_word_for_is_the_endpoints_fault(HttpRequestError error, bool isEndpoints) =>
        Assert.Equal(isEndpoints, SendFailure.IsEndpoints(new HttpRequestException(error)));

    [Fact]
    public void A_connection_that_breaks_is_the_endpoints_fault_and_a_request_that_cannot_be_written_is_not()
    {
        Assert.True(SendFailure.IsEndpoints(new("An error occurred.", new IOException("Broken pipe", new SocketException()))));
        Assert.False(SendFailure.IsEndpoints(new("An error occurred.", new InvalidOperationException())));
        Assert.False(SendFailure.IsEndpoints(new("Request headers must contain only ASCII characters.")));
    }

    [Fact]
    public async Task A_request_that_cannot_be_written_is_a_400_and_nobodys_fault()
    {
        _mesh.Set(policy: new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user-service/") { Version = new(1, 7) };

        var answer = await _mesh.AskAsync(request);

        Assert.Equal((400, ResponseFlags.None), (answer.Status, answer.Flags));
        Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    [Fact]
    public async Task A_body_that_breaks_off_never_comes_to_an_endpoint()
    {
        _mesh.Set(policy: new() { OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new Broken() };

        await Assert.ThrowsAsync<HttpRequestException>(() => _mesh.SendAsync(request));

        Assert.Equal(0, _mesh.Ctx1.Connections);
        Assert.Equal(200, (await _mesh.GetAsync()).Status);
    }

    private sealed class Broken : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            throw new IOException("The caller has gone.");

        protected override bool TryComputeLength(out long length) => (length = 0) > 0;
    }
}
