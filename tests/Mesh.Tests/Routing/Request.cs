using System.Diagnostics.CodeAnalysis;
using MessageBoard.Mesh.Routing;

namespace MessageBoard.Mesh.Tests.Routing;

/// <summary>A request as a test describes it.</summary>
internal readonly struct Request(
    string host, string path = "/", string method = "GET", params (string Name, string Value)[] headers) : IRoutableRequest
{
    public string Host => host;

    public int Port { get; init; } = 80;

    public string Scheme { get; init; } = "http";

    public string Authority => host;

    public string Method => method;

    public string Path => path.Split('?')[0];

    public string Query => path.Contains('?') ? path[path.IndexOf('?')..] : "";

    public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (var header in headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = header.Value;
                return true;
            }
        }

        value = null;
        return false;
    }
}
