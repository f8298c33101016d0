namespace MessageBoard.Mesh.Loading;

internal static class DestinationReader
{
    private static readonly Destination Missing = new("", null, null);

    /// <summary>Reads a destination that has to be there.</summary>
    public static Destination ReadRequired(YamlFields fields, string name)
    {
        if (Read(fields, name) is { } destination)
            return destination;

        if (!fields.Has(name))
            fields.Report(name, "is missing");

        return Missing;
    }

    /// <summary>Reads a destination; null when there is none.</summary>
    public static Destination? Read(YamlFields fields, string name)
    {
        if (fields.Object(name) is not { } destination)
            return null;

        var read = new Destination(
            destination.RequiredText("host") ?? "", destination.FilledText("subset"), ReadPort(destination.Object("port")));
        if (read.Host == "*" || (read.Host.Length > 0 && !HostRules.IsWildcardDomain(read.Host)))
            destination.Report("host", $"'{read.Host}' is no service's name");
        else if (read.Host.StartsWith('*'))
            destination.Refuse("host", $"'{read.Host}' is not carried out by the local mesh: it is no one service");

        if (read.Subset is not null && NameRules.Subset(read.Subset) is { } problem)
            destination.Report("subset", problem);

        destination.Done();
        return read;
    }

    private static int? ReadPort(YamlFields? port)
    {
        if (port is null)
            return null;

        var number = port.Whole("number", 1, 65535);
        if (!port.Has("number"))
            port.Report("number", "is missing");

        port.Done();
        return number;
    }
}
