using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.Shared.Http;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Offset">How many items to pass over.</param>
/// <param name="Limit">How many to give, 1 to <see cref="MaxLimit"/>.</param>
public readonly record struct Paging(long Offset, int Limit)
{
    /// <summary>The limit where none is asked for.</summary>
    public const int DefaultLimit = 20;

    /// <summary>The most that can be asked for at once.</summary>
    public const int MaxLimit = 100;

    /// <summary>
    /// Reads <c>offset</c> and <c>limit</c> as the query has them; false with the answer for the caller when one is out of range.
    /// </summary>
    public static bool TryRead(string? offset, string? limit, out Paging paging, [NotNullWhen(false)] out ValidationProblem? problem)
    {
        (paging, problem) = (default, null);
        var from = 0L;
        var count = DefaultLimit;
        if (offset is not null && !(long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out from)))
            problem = Problems.Invalid("offset", ProblemTexts.Offset);
        else if (limit is not null
            && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxLimit))
            problem = Problems.Invalid("limit", ProblemTexts.Limit.With(MaxLimit));
        else
            paging = new(from, count);

        return problem is null;
    }
}

/// <summary>A part of a list.</summary>
/// <param name="Items">The items of this part.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Offset">How many were passed over.</param>
/// <param name="Limit">How many there are at most in a part.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long Total, long Offset, int Limit);
