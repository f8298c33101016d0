using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MessageBoard.Local.Tests.Stores;

/// <summary>The fallback package set's client looks for its own copy of librdkafka; Debian's has another name.</summary>
internal static class Librdkafka
{
    [ModuleInitializer]
    internal static void Resolve() => NativeLibrary.SetDllImportResolver(typeof(Message<,>).Assembly, Load);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.Contains("librdkafka", StringComparison.Ordinal) && !NativeLibrary.TryLoad(name, assembly, path, out _)
            ? NativeLibrary.Load("librdkafka.so.1")
            : 0;
}
