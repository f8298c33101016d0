namespace MessageBoard.Local.Processes;

/// <summary>Settings of .NET for processes that share one machine.</summary>
internal static class SmallRuntime
{
    // Nine runtimes share this machine; `scripts/bench.sh --only memory` tells what it comes to.
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCGen0MaxBudget"] = "0x200000", // bytes between two collections of the youngest objects
        ["DOTNET_TC_CallCountThreshold"] = "0x300", // calls before a method is compiled anew, better and to stay; else 30
    };
}
