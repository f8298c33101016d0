namespace MessageBoard.Local.Processes;

/// <summary>One process to run and watch.</summary>
internal sealed record ProcessSpec
{
    /// <summary>The name people use: <c>user-service</c>, <c>gateway</c>, <c>garnet</c>.</summary>
    public required string App { get; init; }

    /// <summary><c>ctx1</c> or <c>ctx2</c>.</summary>
    public required string Cluster { get; init; }

    /// <summary>Unique, and the same after a restart, as a container that restarts in its pod keeps the pod's name.</summary>
    public required string Pod { get; init; }

    /// <summary>The port on 127.0.0.1 asked for, 0 for one that chooses its own; see <see cref="FixedPort"/>.</summary>
    public required int Port { get; init; }

    /// <summary>True when people know the port, so that a restart must not move to another.</summary>
    public bool FixedPort { get; init; }

    /// <summary>Program and arguments, given the port.</summary>
    public required Func<int, IReadOnlyList<string>> Command { get; init; }

    /// <summary>Where a service finds its appsettings.json; null for the launcher's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What is added to the launcher's own environment, given the port. Secrets go this way, never by arguments.</summary>
    public required Func<int, IReadOnlyDictionary<string, string>> Environment { get; init; }

    /// <summary>
    /// The port of its <c>/metrics</c> asked for, which <c>OTEL_EXPORTER_PROMETHEUS_PORT</c> tells it; 0 for one that has none.
    /// </summary>
    public int MetricsPort { get; init; }

    /// <summary>
    /// The port asked for where it takes HTTP/2 in the clear, which Kestrel cannot tell from HTTP/1.1 at one port; 0 for one that has none.
    /// </summary>
    public int Http2Port { get; init; }

    /// <summary>
    /// True when the launcher's own environment is nothing for it: it gets <see cref="Environment"/>, and what any program needs.
    /// </summary>
    public bool OwnEnvironmentOnly { get; init; }

    /// <summary>Answers whether the process on this port is ready; throws nothing.</summary>
    public required Func<int, CancellationToken, Task<bool>> IsReady { get; init; }

    /// <summary>
    /// One that was ready and has not been for so long is killed, and restarted as after any death: a kubelet's livenessProbe. Null: never.
    /// </summary>
    public TimeSpan? KilledAfterUnready { get; init; }

    public required ProcessRole Role { get; init; }

    public bool InMesh => Role is ProcessRole.Service or ProcessRole.Reader;
}

/// <summary>What a process is to the others, in the order in which they are stopped.</summary>
internal enum ProcessRole
{
    /// <summary>First, so that no request meets a service that is gone.</summary>
    Gateway,

    /// <summary>In the mesh: other processes find it by its WorkloadEntry.</summary>
    Service,

    /// <summary>A service that reads what the others send to Kafka, to the end.</summary>
    Reader,

    /// <summary>Services send them what they still have.</summary>
    Store,

    /// <summary>Last, and no start waits for it: the run is ready without it.</summary>
    Telemetry,
}
