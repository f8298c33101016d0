using MessageBoard.Mesh.Routing;
using MessageBoard.Shared.Http;
using Yarp.ReverseProxy.Transforms;

namespace MessageBoard.Gateway.Proxy;

/// <summary>
/// Sends a path on as it was written, dot segments apart: YARP would send on what Kestrel has decoded, and <c>%2F</c> as <c>%252F</c>.
/// </summary>
internal static class SentPath
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// Whether all who read the path read the same. Some take a backslash for a slash, Envoy among them; and of an absolute address
    /// (RFC 9112, 3.2.2) Kestrel decodes <c>%2F</c> too, which it does nowhere else.
    /// </summary>
    public static bool IsPlain(HttpRequest request)
    {
        var target = SentTarget.Of(request.HttpContext);
        return target is ['/', ..]
            ? !SentTarget.WithoutQuery(target).Contains('\\')
            : !target.Contains("%00", StringComparison.Ordinal) // which nobody decodes
                && Uri.TryCreate(target, UriKind.Absolute, out var address)
                && PathString.FromUriComponent(address).Value == request.Path.Value;
    }

    /// <summary>Answers 400 to a path that is not.</summary>
    public static Task RefuseAsync(HttpContext context) =>
        Problems.Of(StatusCodes.Status400BadRequest, GatewayProblems.PathNotPlain).ExecuteAsync(context);

    /// <summary>Adds it to all routes but those that have a path of their own to send on.</summary>
    public static IReverseProxyBuilder AddSentPath(this IReverseProxyBuilder builder) => builder.AddTransforms(transforms =>
        transforms.AddRequestTransform(static context =>
        {
            var request = context.HttpContext.Request;
            if (context.Path.Value == request.Path.Value && SentTarget.Of(context.HttpContext) is ['/', ..] target)
            {
                var path = SentTarget.WithoutQuery(target);
                var sent = RequestPath.RemoveDotSegments(path.ToString());
                context.ProxyRequest.RequestUri = new(
                    $"{context.DestinationPrefix.TrimEnd('/')}{sent}{target.AsSpan(path.Length)}", AsWritten);
            }

            return ValueTask.CompletedTask;
        }));
}
