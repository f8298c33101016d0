// The one place where the two package sets differ (docs/dependencies.md).
#if FULL_PACKAGE_SET
global using MySqlConnector;
#else
global using MySql.Data.MySqlClient;
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MessageBoard.Shared.Events;

public static partial class Kafka
{
    static partial void UseDebiansLibrary() => NativeLibrary.SetDllImportResolver(typeof(ClientConfig).Assembly, Resolve);

    // Its file carries its ABI version.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "librdkafka" && !NativeLibrary.TryLoad(name, assembly, path, out _) && NativeLibrary.TryLoad("librdkafka.so.1", out var library) ? library : 0;
}
#endif
