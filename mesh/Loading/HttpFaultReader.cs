namespace MessageBoard.Mesh.Loading;

internal static class HttpFaultReader
{
    // By their numbers: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
    private static readonly string[] GrpcStatuses =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    private const string NotDone = "does nothing: it says not what to do";

    public static HttpFault? Read(YamlFields route)
    {
        if (route.Object("fault") is not { } fault)
            return null;

        var read = new HttpFault(ReadDelay(fault), ReadAbort(fault));
        if (!fault.Has("delay") && !fault.Has("abort"))
            fault.Report(null, "has to have a delay or an abort");

        fault.Done();
        return read;
    }

    private static FaultDelay? ReadDelay(YamlFields fault)
    {
        if (fault.Object("delay") is not { } delay)
            return null;

        var deprecated = delay.Whole("percent", int.MinValue, int.MaxValue);
        if (deprecated is < 0 or > 100)
            delay.Refuse("percent", $"{deprecated} is not carried out by the local mesh: it is no percentage");

        var percentage = PercentageReader.ReadOfFault(delay) ?? deprecated ?? 0; // without any no request is meant
        var fixedDelay = delay.Duration("fixedDelay");
        if (delay.Has("exponentialDelay"))
            delay.Report("exponentialDelay", "is not supported by Istio yet");
        else if (!delay.Has("fixedDelay"))
            fault.Note("delay", NotDone);

        delay.Ignore("exponentialDelay");
        delay.Done();
        return fixedDelay is { } duration ? new(duration, percentage) : null;
    }

    private static FaultAbort? ReadAbort(YamlFields fault)
    {
        if (fault.Object("abort") is not { } abort)
            return null;

        var percentage = PercentageReader.ReadOfFault(abort) ?? 0;
        var status = abort.Whole("httpStatus", 200, 600);
        if (status is 600)
            abort.Refuse("httpStatus", "600 is not carried out by the local mesh, nor by Envoy");

        var given = (abort.Has("httpStatus") ? 1 : 0) + (abort.Has("grpcStatus") ? 1 : 0) + (abort.Has("http2Error") ? 1 : 0);
        if (given == 0)
            fault.Note("abort", NotDone);
        else if (given > 1)
            abort.Report(null, "has to have one of httpStatus, grpcStatus and http2Error");

        if (abort.Has("http2Error"))
            abort.Report("http2Error", "is not supported by Istio yet");

        abort.Ignore("http2Error");
        int? grpc = abort.FilledText("grpcStatus") is { } name ? Array.IndexOf(GrpcStatuses, name) : null;
        if (grpc < 0)
            abort.Report("grpcStatus", $"has to be one of {string.Join(", ", GrpcStatuses)}");

        abort.Done();
        return status is { } number ? new(number, percentage) : grpc is { } code ? new(200, percentage, code) : null;
    }
}
