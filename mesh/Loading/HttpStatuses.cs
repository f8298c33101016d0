using System.Collections.Frozen;

namespace MessageBoard.Mesh.Loading;

/// <summary>The HTTP statuses that Go has a text for (https://pkg.go.dev/net/http#StatusText): those that Istio takes as such.</summary>
internal static class HttpStatuses
{
    private static readonly FrozenSet<int> Known =
    [
        .. Enumerable.Range(100, 4), .. Enumerable.Range(200, 9), 226, .. Enumerable.Range(300, 6), 307, 308, .. Enumerable.Range(400, 19),
        .. Enumerable.Range(421, 6), 428, 429, 431, 451, .. Enumerable.Range(500, 9), 510, 511,
    ];

    public static bool IsKnown(int status) => Known.Contains(status);
}
