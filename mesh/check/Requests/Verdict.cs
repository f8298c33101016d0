using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.Requests;

/// <summary>Where a request goes, and what happens to it on the way.</summary>
internal sealed record Verdict
{
    /// <summary>The rule that it takes; null without one.</summary>
    public RulePlace? Rule { get; init; }

    /// <summary>Whether nothing takes it.</summary>
    public bool GoesNowhere => Rule is null && Destinations.Count == 0;

    /// <summary>What happens in words; empty where it goes to a service.</summary>
    public required string Outcome { get; init; }

    /// <summary>The status of an answer that no service gives; null where a service answers.</summary>
    public int? Status { get; init; }

    /// <summary>Where a redirect leads.</summary>
    public string? Location { get; init; }

    /// <summary>Where it goes.</summary>
    public IReadOnlyList<Share> Destinations { get; init; } = [];

    /// <summary>Faults, timeouts, retries and what else happens, each in a line.</summary>
    public IReadOnlyList<Effect> Effects { get; init; } = [];

    /// <summary>Why the rules before do not match.</summary>
    public IReadOnlyList<PassedRule> Passed { get; init; } = [];
}

/// <summary>A rule and where it is written.</summary>
/// <param name="Resource">Its resource.</param>
/// <param name="File">The file; empty for none.</param>
/// <param name="Line">The line.</param>
/// <param name="Index">Its place in the resource, from 0.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Match">Which of its matches holds, from 0; -1 when it has none.</param>
/// <param name="Gateways">The gateways its resource is bound to.</param>
internal sealed record RulePlace(
    ResourceKey Resource, string File, int Line, int Index, string? Name, int Match, IReadOnlyList<string> Gateways)
{
    /// <summary>The rule that it delegates to; null for none.</summary>
    public RulePlace? Delegate { get; init; }
}

/// <summary>A part of the requests.</summary>
/// <param name="Percent">How many of them.</param>
/// <param name="Host">The service.</param>
/// <param name="Subset">The subset; null for the whole service.</param>
/// <param name="Port">The port; null when the service has none of that number.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query as they are sent.</param>
/// <param name="Headers">The headers as they are sent, the host among them.</param>
internal sealed record Share(
    double Percent, string Host, string? Subset, int? Port, string Method, string Target,
    IReadOnlyList<Header> Headers);

/// <summary>A header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record Header(string Name, string Value);

/// <summary>Something that happens to a request.</summary>
/// <param name="Name">What it is, such as <c>timeout</c>.</param>
/// <param name="Text">How.</param>
internal sealed record Effect(string Name, string Text);

/// <summary>A rule that does not match.</summary>
/// <param name="Resource">Its resource.</param>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Line">Its line.</param>
/// <param name="Reasons">Why, for each of its matches.</param>
internal sealed record PassedRule(ResourceKey Resource, int Index, string? Name, int Line, IReadOnlyList<string> Reasons);
