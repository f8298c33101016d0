namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's ValidateTelemetry (pkg/config/validation/validation.go) and the schema of its CRD.</summary>
internal static class TelemetryValidator
{
    private static readonly string[] Metrics =
    [
        "ALL_METRICS", "REQUEST_COUNT", "REQUEST_DURATION", "REQUEST_SIZE", "RESPONSE_SIZE", "TCP_OPENED_CONNECTIONS",
        "TCP_CLOSED_CONNECTIONS", "TCP_SENT_BYTES", "TCP_RECEIVED_BYTES", "GRPC_REQUEST_MESSAGES", "GRPC_RESPONSE_MESSAGES",
    ];

    private static readonly string[] Tags = ["literal", "environment", "header", "formatter"];

    public static void Check(YamlFields spec)
    {
        PolicyTargetReader.Read(spec);
        foreach (var logging in spec.Objects("accessLogging"))
            CheckLogging(logging);

        foreach (var metrics in spec.Objects("metrics"))
            CheckMetrics(metrics);

        foreach (var tracing in spec.Objects("tracing"))
            CheckTracing(tracing);

        spec.Done();
    }

    private static void CheckLogging(YamlFields logging)
    {
        CheckProviders(logging);
        CheckMode(logging);
        logging.Flag("disabled");
        if (logging.Object("filter") is { } filter)
        {
            filter.Text("expression", expression => CelSyntax.Problem(expression));
            if (!filter.Has("expression"))
                filter.Report("expression", "is missing");

            filter.Done();
        }

        logging.Done();
    }

    private static void CheckMetrics(YamlFields metrics)
    {
        CheckProviders(metrics);
        metrics.Duration("reportingInterval", DurationRule.AtLeastMillisecond);
        foreach (var change in metrics.Objects("overrides"))
        {
            if (change.Object("match") is { } match)
            {
                if (match.Has("metric") && match.Has("customMetric"))
                    match.Report(null, "has to have one of metric and customMetric");

                match.Word("metric", Metrics);
                match.Text("customMetric", NotEmpty);
                match.Word("mode", "CLIENT_AND_SERVER", "CLIENT", "SERVER");
                match.Done();
            }

            change.Flag("disabled");
            change.Entries("tagOverrides", CheckTagOverride);
            change.Done();
        }

        metrics.Done();
    }

    private static string CheckTagOverride(YamlFields tags, string name)
    {
        if (tags.Object(name) is not { } tag)
        {
            if (!tags.Has(name))
                tags.Report(name, "has to be a mapping");

            return name;
        }

        // Without an operation it is UPSERT.
        var operation = tag.Word("operation", "UPSERT", "REMOVE");
        var value = tag.FilledText("value");
        if (operation is "REMOVE" && tag.Has("value"))
            tag.Report("value", "must not be given where the operation is REMOVE");
        else if (value is null && (operation is "UPSERT" || !tag.Has("operation")))
            tag.Report("value", "is missing: the operation is UPSERT");

        tag.Done();
        return name;
    }

    private static void CheckTracing(YamlFields tracing)
    {
        CheckProviders(tracing);
        CheckMode(tracing);
        tracing.Number("randomSamplingPercentage", 0, 100);
        foreach (var name in (ReadOnlySpan<string>)
            ["disableSpanReporting", "disableContextPropagation", "enableIstioTags", "useRequestIdForTraceSampling"])
            tracing.Flag(name);

        tracing.Entries("customTags", CheckTag);
        tracing.Done();
    }

    private static string CheckTag(YamlFields tags, string name)
    {
        if (name.Length == 0)
            tags.Report(name, "is a tag without a name");

        if (tags.Object(name) is not { } tag)
        {
            if (!tags.Has(name))
                tags.Report(name, "has to be a mapping");

            return name;
        }

        if (Tags.Count(tag.Has) > 1)
            tag.Report(null, $"has to have one of {string.Join(", ", Tags)}");

        foreach (var kind in Tags)
        {
            if (tag.Object(kind) is not { } value)
                continue;

            value.RequiredText(kind is "literal" or "formatter" ? "value" : "name");
            if (kind is "environment" or "header")
                value.Text("defaultValue");

            value.Done();
        }

        tag.Done();
        return name;
    }

    private static void CheckProviders(YamlFields fields)
    {
        foreach (var provider in fields.Objects("providers"))
        {
            provider.RequiredText("name");
            provider.Done();
        }
    }

    private static void CheckMode(YamlFields fields)
    {
        if (fields.Object("match") is { } match)
        {
            match.Word("mode", "CLIENT_AND_SERVER", "CLIENT", "SERVER");
            match.Done();
        }
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? "must not be empty" : null;
}
