using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace MessageBoard.MeshKubernetes;

/// <summary>What the failures of a cluster's API server mean, in words for the page.</summary>
internal static class ClusterProblem
{
    private const int LongestMessage = 200;

    /// <summary>Whether a version is so old that the API server cannot say what has changed since.</summary>
    public static bool IsExpired(Exception exception) =>
        exception is KubernetesException { Status.Code: (int)HttpStatusCode.Gone } || StatusOf(exception) == HttpStatusCode.Gone;

    /// <summary>Whether the API server has answered, and the answer is about what was asked.</summary>
    public static bool IsRefusal(Exception exception) =>
        StatusOf(exception) is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict
            or HttpStatusCode.UnprocessableEntity;

    /// <summary>Whether the API server does not know the kind that was asked for.</summary>
    public static bool IsUnknownKind(Exception exception) => StatusOf(exception) == HttpStatusCode.NotFound;

    /// <summary>What happened, for anybody who sees the page.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        HttpOperationException => StatusOf(exception) switch
        {
            HttpStatusCode.Unauthorized => "does not know the gateway's credentials",
            HttpStatusCode.Forbidden => "does not allow it",
            HttpStatusCode.NotFound => "has no such resources: are Istio's CRDs installed?",
            { } status => $"answered {(int)status}",
            _ => "answered with an error",
        },
        KubernetesException { Status.Code: { } code } => $"answered {code}",
        TimeoutException => "does not answer in time",
        HttpRequestException or IOException => "does not answer",
        _ => "cannot be asked, the gateway's log says why",
    };

    /// <summary>What happened, in the API server's own words too, for an admin.</summary>
    public static string Explain(Exception exception) =>
        exception is HttpOperationException http ? $"{Describe(http)}: {MessageOf(http)}" : Describe(exception);

    /// <summary>
    /// What the API server says of a refusal: the message of its Status, or the beginning of whatever a proxy on the way says.
    /// </summary>
    public static string MessageOf(HttpOperationException exception) =>
        Read(exception)?.Message
            ?? (exception.Response.Content is { Length: > LongestMessage } page ? page[..LongestMessage] : exception.Response.Content);

    /// <summary>The field that a refusal is about: that of its Status' first cause; null for none.</summary>
    public static FieldPath? FieldOf(HttpOperationException exception) =>
        Read(exception)?.Details?.Causes is [{ Field: { } field }, ..]
            ? FieldPath.Of(field.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
            : null;

    private static V1Status? Read(HttpOperationException exception)
    {
        try
        {
            return KubernetesJson.Deserialize<V1Status>(exception.Response.Content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HttpStatusCode? StatusOf(Exception exception) => (exception as HttpOperationException)?.Response?.StatusCode;
}
