namespace MessageBoard.Mesh.Http1;

/// <summary>The service that requests are for.</summary>
/// <param name="address">Its address, such as <c>http://user-service</c>.</param>
internal sealed class CalledService(string address)
{
    /// <summary>Its address.</summary>
    public Uri Uri { get; } = new(address);

    /// <summary>Its host, and its port where that is not the scheme's. <see cref="Uri.Authority"/> makes it anew each time.</summary>
    public string Authority => field ??= Uri.Authority;
}
