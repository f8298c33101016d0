using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MessageBoard.Shared.Events;

/// <summary>What producer and consumer share.</summary>
public static class Kafka
{
    /// <summary>The topic of all API calls.</summary>
    public const string Topic = "api-stats";

    static Kafka() => NativeLibrary.SetDllImportResolver(typeof(ClientConfig).Assembly, Resolve);

    /// <summary>The brokers (<c>Kafka:BootstrapServers</c>); null when Kafka is off.</summary>
    public static string? BootstrapServers(IConfiguration configuration) =>
        configuration["Kafka:BootstrapServers"] is { Length: > 0 } servers ? servers : null;

    // The full package set brings librdkafka along; the fallback set uses Debian's, whose file carries its ABI version.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "librdkafka" && !NativeLibrary.TryLoad(name, assembly, path, out _) && NativeLibrary.TryLoad("librdkafka.so.1", out var library) ? library : 0;
}
