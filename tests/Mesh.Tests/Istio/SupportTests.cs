using MessageBoard.Mesh.Tests.Loading;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Tests.Istio;

/// <summary>docs/mesh-support.md against Istio's schema, where that lies beside the repository, and against the loader.</summary>
public sealed partial class SupportTests
{
    private const string Routes = "VirtualService `http`", Rule = "DestinationRule", Policy = "DestinationRule `trafficPolicy`";
    private const string GatewayRoute = "HTTPRoute";
    private const string CarriedOut = "carried out", NoEffect = "no effect", Refused = "refused";

    private static readonly Row[] Rows = [.. ReadRows()];

    public static IEnumerable<object[]> NotCarriedOut =>
        Rows.Where(row => row.State != CarriedOut).Select(row => new object[] { row.Section, row.Field, row.State });

    [Theory]
    [InlineData("VirtualService", "http", Routes)]
    [InlineData("DestinationRule", "", Rule)]
    [InlineData("DestinationRule", "trafficPolicy", Policy)]
    [InlineData("HTTPRoute", "", GatewayRoute)]
    public void Every_field_of_Istios_schema_has_a_row(string kind, string field, string section)
    {
        if (!SchemaTests.AreCrdsThere)
            return;

        var schema = SchemaTests.Spec(kind);
        if (field.Length > 0)
            schema = schema["properties"][field];

        var fields = Fields(schema, "").Where(path => section != Rule || !path.Contains("rafficPolicy.", StringComparison.Ordinal))
            .Where(path => !PortPolicy().IsMatch(path))
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.Equal(fields, Rows.Where(row => row.Section == section).Select(row => row.Field).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(NotCarriedOut))]
    public void What_is_not_carried_out_is_said_by_name(string section, string field, string state)
    {
        var row = Rows.Single(row => row.Section == section && row.Field == field);
        Assert.True(row.Example is not null, $"the row of {field} has no example");
        var file = section switch
        {
            Routes => Loaded.Route(row.Example),
            Policy => Loaded.Policy(row.Example),
            GatewayRoute => Loaded.HttpRoute(row.Example),
            _ => Loaded.Rule(row.Example),
        };
        var status = Assert.Single(file.Statuses);
        var told = state == Refused ? status.Problems : status.NotCarriedOut;

        Assert.Equal(state == Refused ? ResourceState.Refused : ResourceState.Accepted, status.State);
        var at = (section switch { Routes => "spec.http.", Policy => "spec.trafficPolicy.", _ => "spec." }) + field;
        Assert.Contains(told, problem => IsAtOrAbove(Index().Replace(problem.Message.Split(' ')[0], ""), at));
    }

    [Fact]
    public void States_are_one_of_three() => Assert.All(Rows, row => Assert.Contains(row.State, (string[])[CarriedOut, NoEffect, Refused]));

    private static bool IsAtOrAbove(string path, string field) => field == path || field.StartsWith($"{path}.", StringComparison.Ordinal);

    // A list's items and the values of a mapping have the path of the list; a mapping of objects has a '*' for its names.
    private static IEnumerable<string> Fields(YamlNode schema, string path)
    {
        if (schema["type"].ToString() == "array")
            return Fields(schema["items"], path);

        if (schema is YamlMappingNode mapping && mapping.Children.TryGetValue("properties", out var properties))
        {
            return ((YamlMappingNode)properties).Children.SelectMany(child =>
            {
                var name = path.Length == 0 ? child.Key.ToString() : $"{path}.{child.Key}";
                return Fields(child.Value, name).Prepend(name);
            });
        }

        return schema is YamlMappingNode map && map.Children.TryGetValue("additionalProperties", out var values)
            && values is YamlMappingNode ? Fields(values, $"{path}.*") : [];
    }

    private static IEnumerable<Row> ReadRows()
    {
        var section = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "mesh-support.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..];

            if (section is not (Routes or Rule or Policy or GatewayRoute)
                || line.Split('|', StringSplitOptions.TrimEntries) is not ["", ['`', ..] and var fields, var state, var how, ""])
                continue;

            var example = Code().Matches(how).LastOrDefault()?.Groups[1].Value;
            foreach (var field in Code().Matches(fields).SelectMany(code => Alternatives(code.Groups[1].Value)))
                yield return new(section, field, state, example);
        }
    }

    private static IEnumerable<string> Alternatives(string pattern)
    {
        var braces = Braces().Match(pattern);
        return braces.Success ? braces.Groups[1].Value.Split(',').SelectMany(one => Alternatives(pattern[..braces.Index] + one
            + pattern[(braces.Index + braces.Length)..])) : [pattern];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();

    // They are the policy's own fields once more.
    [GeneratedRegex(@"\AportLevelSettings\.(loadBalancer|connectionPool|outlierDetection|tls)\.")]
    private static partial Regex PortPolicy();

    private sealed record Row(string Section, string Field, string State, string? Example);
}
