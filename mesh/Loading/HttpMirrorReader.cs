namespace MessageBoard.Mesh.Loading;

internal static class HttpMirrorReader
{
    private const double Everything = 100;

    public static IReadOnlyList<HttpMirror> Read(YamlFields route)
    {
        var mirror = DestinationReader.Read(route, "mirror");
        var mirrors = route.Objects("mirrors").Select(ReadOne).ToArray();
        // Both spellings of the deprecated field are in Istio's schema.
        var whole = route.Whole("mirrorPercent", 0, 100) ?? route.Whole("mirror_percent", 0, 100);
        route.Ignore("mirror_percent");
        var percentage = PercentageReader.Read(route, "mirrorPercentage") ?? whole;

        if (route.Has("mirror") && mirrors.Length > 0)
            route.Report("mirrors", "cannot stand beside mirror");

        if (mirror is not null)
            return [new(mirror, percentage ?? Everything)];

        foreach (var name in (ReadOnlySpan<string>)["mirrorPercentage", "mirrorPercent", "mirror_percent"])
            route.Note(name, "has no effect without mirror");

        return mirrors;
    }

    private static HttpMirror ReadOne(YamlFields mirror)
    {
        var read = new HttpMirror(
            DestinationReader.ReadRequired(mirror, "destination"), PercentageReader.Read(mirror, "percentage") ?? Everything);
        mirror.Done();
        return read;
    }
}
