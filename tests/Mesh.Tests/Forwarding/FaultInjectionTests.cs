using System.Diagnostics;

namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class FaultInjectionTests : ForwardingTest
{
    [Fact]
    public async Task An_aborted_request_never_reaches_the_service_and_is_not_tried_again()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Fault = new(null, new(555, 100)),
            Retries = new() { Attempts = 3, On = RetryConditions.ServerError },
        });

        var answer = await _mesh.GetAsync();

        Assert.Equal((555, ResponseFlags.FI, 0), (answer.Status, answer.Flags, _mesh.Ctx1.Requests));
        Assert.Contains("fault filter abort", answer.Body, StringComparison.Ordinal);
        Assert.Equal(["abort 555"], answer.Explanation.Faults);
        Assert.Empty(answer.Explanation.Attempts);
    }

    // As Envoy's local replies are: only gRPC's callers are told a gRPC status.
    [Theory]
    [InlineData("application/grpc", "14")]
    [InlineData("application/grpc+proto", "14")]
    [InlineData("application/grpc-web", null)]
    [InlineData(null, null)]
    public async Task A_gRPC_status_is_for_gRPCs_callers(string? contentType, string? status)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Fault = new(null, new(200, 100, 14)) });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://user-service/") { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var answer = await _mesh.AskAsync(request);

        Assert.Equal((200, ResponseFlags.FI, 0), (answer.Status, answer.Flags, _mesh.Ctx1.Requests));
        Assert.Equal(status, answer.Response.Headers.TryGetValues("grpc-status", out var values) ? values.Single() : null);
        Assert.Equal(status is null, answer.Body.Contains("fault filter abort", StringComparison.Ordinal));
        Assert.Equal(["abort gRPC 14"], answer.Explanation.Faults);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(33.3)]
    public async Task A_part_is_aborted(double percentage)
    {
        const int Requests = 3000;
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Fault = new(null, new(503, percentage)) });

        var aborted = 0;
        for (var i = 0; i < Requests; i++)
            aborted += (await _mesh.GetAsync()).Status == 503 ? 1 : 0;

        // Outside of 4.9 standard deviations once in 10^6 runs.
        var (mean, deviation) = (Requests * percentage / 100, Math.Sqrt(Requests * percentage / 100 * (1 - percentage / 100)));
        Assert.InRange(aborted, mean - 4.9 * deviation, mean + 4.9 * deviation);
        Assert.Equal(Requests - aborted, _mesh.Ctx1.Requests);
    }

    [Fact]
    public async Task A_delay_does_not_count_for_the_routes_timeout()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Fault = new(new(TimeSpan.FromMilliseconds(300), 100), null),
            Timeout = TimeSpan.FromMilliseconds(200),
        });
        await _mesh.GetAsync(); // the first request takes longer

        var started = Stopwatch.GetTimestamp();
        var answer = await _mesh.GetAsync();

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(280));
        Assert.Equal((200, ResponseFlags.DI), (answer.Status, answer.Flags));
        Assert.Equal(["delay 300 ms"], answer.Explanation.Faults);
    }

    [Fact]
    public async Task A_delay_and_an_abort_may_both_fall()
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Fault = new(new(TimeSpan.FromMilliseconds(10), 100), new(418, 100)) });

        var answer = await _mesh.GetAsync();

        Assert.Equal((418, ResponseFlags.DI | ResponseFlags.FI, "DI,FI"), (answer.Status, answer.Flags, answer.Explanation.Flags));
    }
}
