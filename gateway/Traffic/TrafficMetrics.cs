using System.Diagnostics;
using System.Diagnostics.Metrics;
using MessageBoard.Gateway.Mesh;
using MessageBoard.Mesh.Explain;
using MessageBoard.Shared.Telemetry;

namespace MessageBoard.Gateway.Traffic;

/// <summary>
/// What the gateway sees of the traffic, as metrics. The shares are those that the page judges: of each service's last
/// <see cref="ServiceTraffic.Window"/> requests those that were drawn by weight and answered, beside the weights.
/// </summary>
public sealed class TrafficMetrics : ObservedMetrics
{
    private const string Service = "mesh.service", Cluster = "mesh.cluster";

    private static readonly string[] Classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    // The conventions' bounds for HTTP, and below them what a mesh on one machine takes.
    private static readonly Histogram<double> Duration = Tracing.Meter.CreateHistogram(
        "messageboard.gateway.request.duration", "s", "From a routed request's arrival to its answer's end.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    /// <summary>Makes the instruments. Shares have no unit: of <c>1</c> collectors make a suffix, and .NET's exporter none.</summary>
    public TrafficMetrics(IMeterFactory meters, TrafficRecorder recorder, FrontedServices services, TrafficFeed feed) : base(meters)
    {
        Meter.CreateObservableGauge(
            "messageboard.traffic.share", () => Shares(recorder, services), description: "A cluster's share of the draws.");
        Meter.CreateObservableGauge(
            "messageboard.traffic.window", () => Windows(recorder), "{request}", "Over how many requests the shares are.");
        Meter.CreateObservableGauge(
            "messageboard.traffic.weight", () => Weights(services), description: "The share that a cluster shall have.");
        Meter.CreateObservableUpDownCounter(
            "messageboard.stream.readers", () => feed.Readers, "{reader}", "Who reads the event stream.");
    }

    /// <summary>Counts a routed request. Costs nothing while nobody collects metrics, and no memory while somebody does.</summary>
    internal static void Count(in RequestRecord request)
    {
        if (!Duration.Enabled)
            return;

        var tags = new TagList { { Service, request.Service }, { "status_class", Classes[request.Status / 100 % Classes.Length] } };
        if (request.Cluster is { } cluster)
            tags.Add(Cluster, cluster);

        if (request.Pod is { } pod)
            tags.Add("mesh.pod", pod);

        if (request.Notes.Flags.Format() is { } flags)
            tags.Add("mesh.response_flags", flags);

        Duration.Record(request.DurationMs / 1000, tags);
    }

    // A cluster with a weight that answered none is told too: that it has no share is what one wants to know.
    private static IEnumerable<Measurement<double>> Shares(TrafficRecorder recorder, FrontedServices services)
    {
        foreach (var service in services.Read().Services)
        {
            var drawn = recorder.Services[service.Service].Read().Recent.Drawn;
            var all = drawn.Values.Sum();
            foreach (var cluster in all == 0 ? [] : drawn.Keys.Union(service.Weights?.Keys ?? []))
                yield return Of((double)drawn.GetValueOrDefault(cluster) / all, service.Service, cluster);
        }
    }

    private static IEnumerable<Measurement<long>> Windows(TrafficRecorder recorder) => recorder.Services.Select(service =>
        new Measurement<long>(service.Value.Read().Recent.Drawn.Values.Sum(), new KeyValuePair<string, object?>(Service, service.Key)));

    private static IEnumerable<Measurement<double>> Weights(FrontedServices services)
    {
        foreach (var service in services.Read().Services)
        {
            var sum = service.Weights?.Values.Sum() ?? 0;
            foreach (var cluster in sum == 0 ? [] : service.Weights!.Keys)
                yield return Of((double)service.Weights![cluster] / sum, service.Service, cluster);
        }
    }

    private static Measurement<double> Of(double value, string service, string cluster) =>
        new(value, new(Service, service), new KeyValuePair<string, object?>(Cluster, cluster));
}
