using System.Diagnostics.CodeAnalysis;
using Dapper;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.LogService.Calls;

/// <summary>Which calls somebody wants to see, of those that this caller may see.</summary>
internal sealed record CallFilter
{
    private const int TraceIdLength = 32;

    // What a level begins at: the status of the least serious call that has it.
    private static readonly Dictionary<string, int> Levels = new() { ["info"] = 0, ["warn"] = 400, ["error"] = 500 };

    /// <summary>Whose calls; null for everybody's.</summary>
    public required string? User { get; init; }

    /// <summary>The service that was asked; null for any.</summary>
    public string? Service { get; private init; }

    /// <summary>The cluster that answered; null for any, or none.</summary>
    public string? Cluster { get; private init; }

    /// <summary>The trace; null for any.</summary>
    public string? TraceId { get; private init; }

    /// <summary>The least status.</summary>
    public int MinStatus { get; private init; }

    /// <summary>Whether pings are among them.</summary>
    public bool Pings { get; private init; } = true;

    /// <summary>Reads a query; false with the answer for the caller when something in it is not as it should be.</summary>
    public bool TryRead(CallQuery query, out CallFilter filter, [NotNullWhen(false)] out ValidationProblem? problem)
    {
        var (minStatus, pings) = (0, true);
        problem = !IsName(query.Service) ? Problems.Invalid("service", Name)
            : !IsName(query.Cluster) ? Problems.Invalid("cluster", Name)
            : query.Level is not null && !Levels.TryGetValue(query.Level, out minStatus)
                ? Problems.Invalid("level", ProblemTexts.OneOf.With(string.Join(", ", Levels.Keys)))
            : query.TraceId is not (null or { Length: TraceIdLength }) || query.TraceId?.All(char.IsAsciiHexDigit) == false
                ? Problems.Invalid("traceId", ProblemTexts.HexDigits.With(TraceIdLength))
            : query.Pings is not null && !bool.TryParse(query.Pings, out pings) ? Problems.Invalid("pings", ProblemTexts.TrueOrFalse)
            : null;
        filter = this with
        {
            Service = query.Service,
            Cluster = query.Cluster,
            TraceId = query.TraceId?.ToLowerInvariant(),
            MinStatus = minStatus,
            Pings = pings,
        };
        return problem is null;
    }

    /// <summary>Whether a call, which is the user's, is one of those.</summary>
    public bool Matches(ApiCall call) =>
        (Service is null || call.Service == Service)
        && (Cluster is null || call.Cluster == Cluster)
        && (TraceId is null || call.TraceId == TraceId)
        && call.Status >= MinStatus
        && (Pings || !call.IsPing);

    /// <summary>The same as a condition on <c>kafka_logs</c>. Names only what is asked for, so that its index is used.</summary>
    public string ToSql()
    {
        List<string> conditions = ["1 = 1"];
        Add(User is not null, "user_name = @User");
        Add(Service is not null, "service = @Service");
        Add(Cluster is not null, "cluster = @Cluster");
        Add(TraceId is not null, "trace_id = @TraceId");
        Add(MinStatus > 0, "status >= @MinStatus");
        Add(!Pings, $"route NOT LIKE '%{ApiCall.PingRoute}'");
        return string.Join(" AND ", conditions);

        void Add(bool isAskedFor, string condition)
        {
            if (isAskedFor)
                conditions.Add(condition);
        }
    }

    /// <summary>The values for <see cref="ToSql"/>, and others.</summary>
    public DynamicParameters ToParameters(object others)
    {
        var parameters = new DynamicParameters(this);
        parameters.AddDynamicParams(others);
        return parameters;
    }

    private static ProblemWords Name => ProblemTexts.Name.With(ApiCall.MaxName);

    private static bool IsName(string? text) => text is null || (text.Length is > 0 and <= ApiCall.MaxName
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'));
}

/// <summary>A query as it was sent.</summary>
internal sealed class CallQuery
{
    public string? Service { get; init; }

    public string? Cluster { get; init; }

    public string? Level { get; init; }

    public string? TraceId { get; init; }

    public string? Pings { get; init; }
}
