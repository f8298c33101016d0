using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;

namespace MessageBoard.MeshCheck.RoutingTests;

/// <summary>A test case: requests, and what the rule that they take has to say.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Line">Its line.</param>
/// <param name="Description">What it is about.</param>
/// <param name="WantMatch">Whether the rule has to say so, or must not.</param>
/// <param name="Request">The requests.</param>
/// <param name="Wanted">The fields that the rule has to have, as they are written.</param>
internal sealed record RoutingTest(
    string File, int Line, string Description, bool WantMatch, TestRequest Request, YamlMap Wanted)
{
    /// <summary>What the test says of what no rule has a field for.</summary>
    public required WantedOutcome Outcome { get; init; }

    /// <summary>Whether it cannot fail.</summary>
    public bool WantsNothing => Outcome == new WantedOutcome(null, null, null, null, null)
        && TestFiles.RuleFields.All(name => Wanted.IndexOf(name) < 0);
}

/// <summary>Requests: all combinations of what is listed.</summary>
/// <param name="Authorities">The hosts, each with a port or without one.</param>
/// <param name="Methods">The methods.</param>
/// <param name="Uris">The paths, each with a query or without one.</param>
/// <param name="Headers">The headers of all of them.</param>
/// <param name="Query">Query parameters of all of them.</param>
/// <param name="Port">The port; null for that of the authority, or the service's.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="From">Who sends them, as <c>--from</c> says it; null for anybody.</param>
internal sealed record TestRequest(
    IReadOnlyList<string> Authorities, IReadOnlyList<string> Methods, IReadOnlyList<string> Uris,
    IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Query, int? Port, string Scheme, string? From)
{
    /// <summary>The ports at which they call.</summary>
    public IEnumerable<int> Ports => Authorities
        .Select(authority => Uri.TryCreate($"{Scheme}://{authority}", UriKind.Absolute, out var uri) ? uri.Port : 0)
        .Append(Port ?? 0)
        .Where(port => port > 0);
}

/// <summary>What becomes of the requests; null for what is of no account.</summary>
/// <param name="VirtualService">The resource that decides, as <c>name</c> or <c>namespace/name</c>.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Subset">The subset that all of them go to.</param>
/// <param name="Weights">The shares by subset, or by host where there is no subset.</param>
/// <param name="Status">The status that the mesh itself answers with.</param>
internal sealed record WantedOutcome(
    string? VirtualService, string? Rule, string? Subset, IReadOnlyDictionary<string, int>? Weights, int? Status);

/// <summary>What has become of a test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Requests">How many requests it was made of.</param>
/// <param name="Failures">What is not as it has to be.</param>
internal sealed record TestResult(RoutingTest Test, int Requests, IReadOnlyList<TestFailure> Failures);

/// <summary>A request that does not go as it has to.</summary>
/// <param name="Request">The request.</param>
/// <param name="Rule">The rule that it takes instead, with its place, or why it takes none.</param>
/// <param name="Messages">What is different.</param>
internal sealed record TestFailure(string Request, string Rule, IReadOnlyList<string> Messages);

/// <summary>A rule that no test has reached.</summary>
/// <param name="Resource">Its resource.</param>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line.</param>
internal sealed record UntestedRule(ResourceKey Resource, int Index, string? Name, string File, int Line);
