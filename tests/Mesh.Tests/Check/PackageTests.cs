using System.Diagnostics;

namespace MessageBoard.Mesh.Tests.Check;

/// <summary>mesh-check as people install it who have no checkout.</summary>
public sealed class PackageTests : IDisposable
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_packed_installed_and_run_as_a_tool_of_dotnet()
    {
        _folder.Write("a.yaml", Yaml.Rule);
        _folder.Write(
            "nuget.config", "<configuration><packageSources><clear/><add key='here' value='.'/></packageSources></configuration>");
        await RunAsync(
            "dotnet", "pack", Path.Combine(Repository.Root, "mesh", "check"), "--configuration", Configuration, "--no-build", "--nologo",
            "--output", _folder.Path);
        await RunAsync(
            "dotnet", "tool", "install", "messageboard-mesh-check", "--tool-path", _folder["tools"],
            "--configfile", _folder["nuget.config"]);

        Assert.Equal(
            "a.yaml:\n  DestinationRule messageboard/user-service: accepted\n1 accepted\n",
            await RunAsync(_folder["tools/messageboard-mesh-check"], "a.yaml"));
    }

    [Fact]
    public void It_is_in_the_gateways_image()
    {
        var stages = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile")).Split("\nFROM ");
        var build = Assert.Single(stages, stage => stage.Contains(" AS build\n", StringComparison.Ordinal));
        var gateway = Assert.Single(stages, stage => stage.Contains(" AS gateway\n", StringComparison.Ordinal));

        Assert.Contains("cp -r /out/check/. /out/gateway/\n", build, StringComparison.Ordinal);
        Assert.Contains("COPY --from=build /out/gateway ./\n", gateway, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
            Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)}: {await output}{await error}");
        return await output;
    }
}
