namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>
/// Where the gateway's own forwarder may refuse an answer that .NET's HttpClient lets pass: with 503, as Envoy does when a connection
/// ends. Nothing else may differ.
/// </summary>
internal static class AllowedDifferences
{
    /// <summary>Why, by <see cref="Answer.Kind"/>.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["a folded header"] = "a proxy has to refuse or to unfold it (RFC 9112, 5.2)",
        ["a length and chunks"] = "an attempt to smuggle (RFC 9112, 6.1)",
        ["chunks and a length"] = "an attempt to smuggle (RFC 9112, 6.1)",
        ["a length twice"] = "one length may be written twice, and need not be taken (RFC 9112, 6.3)",
        ["two lengths"] = "no length is known (RFC 9112, 6.3)",
        ["a list of lengths"] = "one length may be written twice, and need not be taken (RFC 9112, 6.3)",
        ["a length that is none"] = "no length is known (RFC 9112, 6.3)",
        ["an odd coding"] = "what is no chunks has no known end (RFC 9112, 6.3)",
        ["two codings"] = "what is no chunks has no known end (RFC 9112, 6.3)",
        ["a space before the colon"] = "a proxy has to take it out, or to refuse it (RFC 9112, 5.1)",
        ["an odd status line"] = "it may be read in two ways",
        ["a value of control characters"] = "there is none (RFC 9110, 5.5): Kestrel refuses it, too, and YARP answers 502",
        ["a reason of control characters"] = "there is none (RFC 9112, 4)",
        ["a status nobody knows"] = "one below 100 is none (RFC 9110, 15)",
        ["101 of itself"] = "nobody has asked for another protocol (RFC 9110, 15.2.2)",
    };

    /// <summary>Which of them an answer's difference is; null for none.</summary>
    public static string? Find(IEnumerable<Answer> answers, HttpText? own) =>
        own is { Status: 503 } && (own.Body.Length == 0 || own.Body.Contains("connection termination", StringComparison.Ordinal))
            ? Of(answers)
            : null;

    /// <summary>The first that is among them; null for none.</summary>
    public static string? Of(IEnumerable<Answer> answers) => answers.FirstOrDefault(answer => Reasons.ContainsKey(answer.Kind))?.Kind;
}
