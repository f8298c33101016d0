namespace MessageBoard.Scripts.Tests.Local;

/// <summary>
/// What scripts/build-local.sh builds and what it skips, in a small checkout with tools that only write down what they were asked.
/// </summary>
public sealed class BuildTests : IDisposable
{
    private const string Build = "dotnet build";
    private const string Programs = "dotnet msbuild";
    private const string Tools = "dotnet tool";
    private const string Dashboard = "dotnet restore";
    private const string Packages = "npm ci";
    private const string Page = "npm run";

    private readonly TemporaryFolder _root = new();

    public BuildTests()
    {
        foreach (var file in new[]
        {
            ".editorconfig", "Directory.Build.props", "MessageBoard.sln", ".config/dashboard.csproj", ".config/programs/programs.csproj",
            "gateway/Program.cs", "local/Program.cs", "mesh/Mesh.cs", "services/user/Program.cs", "services/user/User.cs",
            "ui/package.json", "ui/package-lock.json", "ui/src/main.ts",
        })
            _root.Write(file, file);

        _root.Write(".config/dotnet-tools.json", """{ "tools": { "garnet-server": { "version": "2.2.5", "commands": ["garnet"] } } }""");
        _root.Write("Directory.Packages.props", "<AspireDashboardVersion>13.6.5</AspireDashboardVersion>");
        _root.Write("scripts/build-local.sh", File.ReadAllText(Path.Combine(Repository.Root, "scripts", "build-local.sh")));
        Tool("dotnet", """
            case $1 in
              build) mkdir -p local/obj ;;
              msbuild)
                mkdir -p local/bin/Release/programs .config/programs/obj
                for name in Gateway Local UserService MessageService LogService; do
                  echo made >local/bin/Release/programs/MessageBoard.$name.dll
                done ;;
              restore) mkdir -p "$NUGET_PACKAGES/aspire.dashboard.sdk.linux-x64/13.6.5/tools" ;;
              tool) mkdir -p "$NUGET_PACKAGES/garnet-server/2.2.5" ;;
            esac
            """);
        Tool("npm", """
            case $3 in
              ci) mkdir -p ui/node_modules && touch ui/node_modules/.package-lock.json ;;
              run) mkdir -p ui/dist && touch ui/dist/index.html ;;
            esac
            """);
    }

    [Fact]
    public async Task The_first_build_builds_all_and_the_second_nothing()
    {
        Assert.Equal([Build, Programs, Tools, Packages, Page], await BuildAsync());
        Assert.Empty(await BuildAsync());
    }

    [Fact]
    public async Task A_changed_added_renamed_or_deleted_source_is_built()
    {
        await BuildAsync();

        _root.Write("services/user/User.cs", "changed");
        Assert.Equal([Build, Programs], await BuildAsync());
        _root.Write("services/user/Sessions/Session.cs", "added");
        Assert.Equal([Build, Programs], await BuildAsync());
        File.Move(_root["services/user/User.cs"], _root["services/user/Users.cs"]);
        Assert.Equal([Build, Programs], await BuildAsync());
        File.Delete(_root["services/user/Sessions/Session.cs"]);
        Assert.Equal([Build, Programs], await BuildAsync());
        _root.Write("ui/src/lights.ts", "added");
        Assert.Equal([Page], await BuildAsync());
        _root.Write("ui/package-lock.json", "changed");
        Assert.Equal([Packages, Page], await BuildAsync());
        Assert.Empty(await BuildAsync());
    }

    [Fact]
    public async Task A_missing_result_is_built()
    {
        await BuildAsync();

        File.Delete(_root["local/bin/Release/programs/MessageBoard.Local.dll"]);
        Assert.Equal([Build, Programs], await BuildAsync());
        Directory.Delete(_root["ui/dist"], recursive: true);
        Assert.Equal([Page], await BuildAsync());
        Directory.Delete(_root["packages"], recursive: true);
        Assert.Equal([Tools], await BuildAsync());
        Assert.Empty(await BuildAsync());
    }

    [Fact]
    public async Task The_dashboard_is_downloaded_once_where_it_is_asked_for()
    {
        Assert.Equal([Build, Programs, Dashboard, Tools, Packages, Page], await BuildAsync("--dashboard"));
        Assert.Empty(await BuildAsync("--dashboard"));
    }

    [Theory]
    [InlineData("error NU1301: Unable to load the service index", true)]
    [InlineData("error NU1101: Unable to find package Aspire.Dashboard.Sdk.osx-x64", false)]
    public async Task A_dashboard_that_cannot_be_had_stops_no_build(string refusal, bool isTriedAgain)
    {
        var dotnet = File.ReadAllText(_root["tools/dotnet"]);
        File.WriteAllText(
            _root["tools/dotnet"], dotnet.Replace("restore) mkdir", $"restore) echo '{refusal}'; exit 1; mkdir", StringComparison.Ordinal));

        await BuildAsync("--dashboard");

        Assert.Equal(isTriedAgain ? [Dashboard] : [], await BuildAsync("--dashboard"));
    }

    [Fact]
    public async Task Without_the_compiler_of_code_ahead_of_time_the_programs_run_as_they_were_built()
    {
        var dotnet = File.ReadAllText(_root["tools/dotnet"]);
        File.WriteAllText(_root["tools/dotnet"], dotnet.Replace(
            "msbuild)", "msbuild) [[ \"$*\" == *-p:AheadOfTime=false* ]] || exit 1\n", StringComparison.Ordinal));

        Assert.Equal([Build, Programs, Programs, Tools, Packages, Page], await BuildAsync());
        Assert.Empty(await BuildAsync());
    }

    [Fact]
    public async Task A_build_that_fails_is_shown_ends_the_other_and_is_tried_again()
    {
        var (dotnet, npm) = (File.ReadAllText(_root["tools/dotnet"]), File.ReadAllText(_root["tools/npm"]));
        Tool("npm", $"echo $$ >{_root["npm"]}; sleep 600");
        Tool("dotnet",
            $"[ $1 = build ] || exit 0; until [ -s {_root["npm"]} ]; do sleep 0.1; done; echo 'error CS1002: ; expected'; exit 1");
        var (code, _, error) = await Start().EndAsync();
        Assert.Equal(1, code);
        Assert.Equal(
            """
            Building the services failed. The last lines of .local/logs/build.log:
              error CS1002: ; expected

            """, error);
        await IsGoneAsync("npm");

        File.Delete(_root["calls"]);
        File.WriteAllText(_root["tools/dotnet"], dotnet);
        File.WriteAllText(_root["tools/npm"], npm);
        Assert.Equal([Build, Programs, Tools, Packages, Page], await BuildAsync());
    }

    [Fact]
    public async Task Whoever_has_enough_leaves_nothing_running()
    {
        Directory.CreateDirectory(_root["packages/garnet-server/2.2.5"]);
        Tool("dotnet", $"echo $$ >{_root["dotnet"]}; sleep 600");
        Tool("npm", $"echo $$ >{_root["npm"]}; sleep 600");
        using var build = Start();
        await Eventually.IsTrueAsync(() => File.Exists(_root["dotnet"]) && File.Exists(_root["npm"]), "both build");

        ProcessIdentity.Of(build.Id).Signal(2);
        await build.WaitForExitAsync();

        Assert.Equal(130, build.ExitCode);
        await IsGoneAsync("dotnet");
        await IsGoneAsync("npm");
    }

    [Fact]
    public async Task A_build_waits_for_what_a_killed_one_left_running()
    {
        Directory.CreateDirectory(_root["packages/garnet-server/2.2.5"]);
        var dotnet = File.ReadAllText(_root["tools/dotnet"]);
        Tool("dotnet", $"""
            mkdir {_root["busy"]} || echo two at once >>{_root["calls"]}
            until [ -e {_root["go"]} ]; do sleep 0.1; done
            rmdir {_root["busy"]}
            exit 1
            """);
        using var killed = Start();
        await Eventually.IsTrueAsync(() => Directory.Exists(_root["busy"]), "the first builds");
        killed.Kill();

        using var build = Start();
        await Task.Delay(1_000); // in which it would begin
        File.WriteAllText(_root["tools/dotnet"], dotnet);
        File.WriteAllText(_root["go"], "");
        await build.WaitForExitAsync();

        Assert.Equal(0, build.ExitCode);
        Assert.Equal(
            [Build, Build, Programs],
            File.ReadAllLines(_root["calls"]).Where(call => !call.StartsWith("npm", StringComparison.Ordinal)));
    }

    public void Dispose() => _root.Dispose();

    private async Task<IReadOnlyList<string>> BuildAsync(params IEnumerable<string> options)
    {
        var (code, _, error) = await Start(options).EndAsync();
        Assert.True(code == 0, error);
        if (!File.Exists(_root["calls"]))
            return [];

        var calls = File.ReadAllLines(_root["calls"]);
        File.Delete(_root["calls"]);
        return [.. calls.Order(StringComparer.Ordinal)]; // the services and the page are built side by side
    }

    /// <summary>The process whose id a tool wrote down.</summary>
    private async Task IsGoneAsync(string tool)
    {
        var process = int.Parse(await File.ReadAllTextAsync(_root[tool]), CultureInfo.InvariantCulture);
        await Eventually.IsTrueAsync(() => !ProcessIdentity.Of(process).IsAlive, $"{tool} is gone");
    }

    private Process Start(params IEnumerable<string> options) => Script.Start(
        new("bash", [_root["scripts/build-local.sh"], .. options]),
        ("PATH", $"{_root["tools"]}:{Busybox.Path(_root)}"), ("NUGET_PACKAGES", _root["packages"]));

    /// <summary>A program that notes its name and the word that says what it does, then does that.</summary>
    private void Tool(string name, string script)
    {
        var word = name == "npm" ? "$3" : "$1";
        _root.WriteProgram($"tools/{name}", $"echo \"{name} {word}\" >>'{_root["calls"]}'\n{script}");
    }
}
