namespace MessageBoard.Local.Processes;

/// <summary>Settings of .NET for processes that share one machine.</summary>
internal static class SmallRuntime
{
    /// <summary>
    /// Bytes between two collections of the youngest objects: half a MiB, after which what a service keeps for a request is still in a
    /// processor's cache.
    /// </summary>
    public const string Nursery = "DOTNET_GCGen0MaxBudget";

    // Nine runtimes share this machine; `scripts/bench.sh --only memory` tells what it comes to.
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        [Nursery] = "0x80000",
        ["DOTNET_TC_CallCountThreshold"] = "0x4000", // calls before a method is compiled anew, better and to stay; else 30
    };
}
