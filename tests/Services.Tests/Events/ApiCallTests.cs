using System.Text;
using MessageBoard.Shared.Events;

namespace MessageBoard.Services.Tests.Events;

/// <summary>Lists and topics may hold calls of before they told who answered.</summary>
public sealed class ApiCallTests
{
    private const string Before =
        """
        {"id":"0123456789abcdef0123456789abcdef","time":"2026-11-27T00:00:00+00:00","user":"ann","method":"GET","path":"/api/messages/7",
        "route":"/api/messages/{id}","status":200,"durationMs":1.5,"service":"message-service","cluster":"ctx1","pod":"p",
        "traceId":"0123456789abcdef0123456789abcdef"}
        """;

    [Fact]
    public void A_call_of_before_is_a_services()
    {
        var call = ApiCall.Read(Encoding.UTF8.GetBytes(Before), out _)!;

        Assert.Equal((ApiCall.ByService, null, "ctx1"), (call.AnsweredBy, call.Flags, call.Cluster));
    }

    [Fact]
    public void What_the_mesh_answered_has_no_cluster_and_no_pod()
    {
        var call = ApiCall.Read(Encoding.UTF8.GetBytes(Before), out _)! with
        {
            Cluster = null,
            Pod = null,
            Status = 503,
            AnsweredBy = ApiCall.ByMesh,
            Flags = "UF,URX",
        };

        Assert.Equal(call, ApiCall.Read(call.ToJson(), out _));
    }

    [Theory]
    [InlineData("\"ctx1\"", "null")]
    [InlineData("\"pod\":\"p\"", "\"pod\":null")]
    [InlineData("\"status\"", "\"answeredBy\":\"me\",\"status\"")]
    [InlineData("\"status\"", "\"answeredBy\":null,\"status\"")]
    [InlineData("\"cluster\":\"ctx1\",", "")]
    public void Anything_else_is_none(string text, string other)
    {
        Assert.Null(ApiCall.Read(Encoding.UTF8.GetBytes(Before.Replace(text, other, StringComparison.Ordinal)), out var problem));
        Assert.NotNull(problem);
    }
}
