namespace MessageBoard.Mesh.Loading;

internal static class GatewayMirrorReader
{
    private const double Everything = 100;

    public static HttpMirror Read(YamlFields mirror, string ns)
    {
        var destination = new Destination("", null, null);
        if (mirror.Object("backendRef") is { } backend)
        {
            destination = GatewayBackendReader.ReadReference(backend, ns);
            backend.Done();
        }
        else if (!mirror.Has("backendRef"))
        {
            mirror.Report("backendRef", "is missing");
        }

        var percent = mirror.Whole("percent", 0, 100);
        var fraction = mirror.Object("fraction") is { } given ? ReadFraction(given) : null;
        if (mirror.Has("percent") && mirror.Has("fraction"))
            mirror.Report("fraction", "cannot stand beside percent");

        mirror.Done();
        return new(destination, fraction ?? percent ?? Everything);
    }

    private static double? ReadFraction(YamlFields fraction)
    {
        var numerator = fraction.Whole("numerator", 0, int.MaxValue);
        if (!fraction.Has("numerator"))
            fraction.Report("numerator", "is missing");

        var denominator = fraction.Whole("denominator", 1, int.MaxValue) ?? 100;
        fraction.Done();
        if (numerator > denominator)
            fraction.Report("numerator", "must not be greater than the denominator");

        return Everything * numerator / denominator;
    }
}
