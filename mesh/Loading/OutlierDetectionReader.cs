namespace MessageBoard.Mesh.Loading;

internal static class OutlierDetectionReader
{
    private static readonly OutlierDetection Default = new();

    public static OutlierDetection? Read(YamlFields policy)
    {
        if (policy.Object("outlierDetection") is not { } outlier)
            return null;

        var localFailures = outlier.Count("consecutiveLocalOriginFailures");
        var read = new OutlierDetection
        {
            Consecutive5xxErrors = outlier.Count("consecutive5xxErrors") ?? Default.Consecutive5xxErrors,
            ErrorCodes = outlier.Wholes("outlierDetectionHttpErrorCodes", 100, 599),
            ConsecutiveGatewayErrors = outlier.Count("consecutiveGatewayErrors") ?? Default.ConsecutiveGatewayErrors,
            SplitExternalLocalOriginErrors = outlier.Flag("splitExternalLocalOriginErrors"),
            ConsecutiveLocalOriginFailures = localFailures is > 0 ? localFailures.Value : Default.ConsecutiveLocalOriginFailures,
            Interval = outlier.Duration("interval") ?? Default.Interval,
            BaseEjectionTime = outlier.Duration("baseEjectionTime") ?? Default.BaseEjectionTime,
            // 0 cannot be told from absent in protobuf.
            MaxEjectionPercent = outlier.Whole("maxEjectionPercent", 0, 100) is > 0 and var percent ? percent : Default.MaxEjectionPercent,
            MinHealthPercent = outlier.Whole("minHealthPercent", 0, 100) ?? Default.MinHealthPercent,
        };

        if (localFailures > 0 && !read.SplitExternalLocalOriginErrors)
            outlier.Report("consecutiveLocalOriginFailures", "has to have splitExternalLocalOriginErrors true beside it");

        outlier.Whole("consecutiveErrors", int.MinValue, int.MaxValue);
        outlier.Note(
            "consecutiveErrors", "has no effect, in Istio neither: consecutive5xxErrors and consecutiveGatewayErrors have taken its place");
        outlier.Done();
        return read;
    }
}
