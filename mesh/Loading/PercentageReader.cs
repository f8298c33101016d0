namespace MessageBoard.Mesh.Loading;

/// <summary>Reads shares of the requests, percent.</summary>
internal static class PercentageReader
{
    private const double Least = 0.0001;

    /// <summary>Reads <c>{value: 12.5}</c>; null when there is none. Without a value it is 0, as in protobuf.</summary>
    public static double? Read(YamlFields fields, string name)
    {
        if (fields.Object(name) is not { } percentage)
            return null;

        var value = percentage.Number("value", 0, 100) ?? 0;
        percentage.Done();
        return value;
    }

    /// <summary>Reads the percentage of a fault; null when there is none.</summary>
    public static double? ReadOfFault(YamlFields fault)
    {
        var percentage = Read(fault, "percentage");
        if (percentage is > 0 and < Least)
            fault.Report("percentage", FormattableString.Invariant($"has to be 0 or at least {Least}"));

        return percentage;
    }
}
