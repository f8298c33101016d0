namespace MessageBoard.Scripts.Tests.Packages;

/// <summary>scripts/audit.sh with the real tools, in a small checkout of one NuGet and one npm package, both called "polly.core".</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private const string Package = "polly.core";

    private readonly TemporaryFolder _root = new();
    private Feeds _feeds = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var script in new[] { "scripts/audit.sh", "scripts/lib/options.sh" })
            _root.Write(script, File.ReadAllText(Path.Combine(Repository.Root, script)));

        // A version that is in the packages' folder already is not asked for.
        var versions = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props"));
        var version = Regex.Match(versions, $"\"{Package}\" Version=\"([^\"]+)\"", RegexOptions.IgnoreCase).Groups[1].Value;
        _root.Write("One.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="{Package}" Version="{version}" /></ItemGroup>
            </Project>
            """);
        _root.Write("MessageBoard.sln", """
            Microsoft Visual Studio Solution File, Format Version 12.00
            Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "One", "One.csproj", "{7B1F3C52-0D3A-4D3E-9C41-7C9C1B1A6A11}"
            EndProject
            Global
                GlobalSection(SolutionConfigurationPlatforms) = preSolution
                    Debug|Any CPU = Debug|Any CPU
                EndGlobalSection
                GlobalSection(ProjectConfigurationPlatforms) = postSolution
                    {7B1F3C52-0D3A-4D3E-9C41-7C9C1B1A6A11}.Debug|Any CPU.ActiveCfg = Debug|Any CPU
                    {7B1F3C52-0D3A-4D3E-9C41-7C9C1B1A6A11}.Debug|Any CPU.Build.0 = Debug|Any CPU
                EndGlobalSection
            EndGlobal
            """);
        foreach (var folder in new[] { "ui", "tests/e2e", "tests/grafana" })
        {
            var root = $$"""{ "name": "one", "version": "1.0.0", "dependencies": { "{{Package}}": "1.0.0" } }""";
            _root.Write($"{folder}/package.json", root);
            _root.Write($"{folder}/package-lock.json", $$"""
                {
                  "name": "one", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
                  "packages": { "": {{root}}, "node_modules/{{Package}}": { "version": "1.0.0" } }
                }
                """);
        }

        _feeds = await Feeds.StartAsync(_root["feeds.pem"]);
        _root.Write("home/.nuget/NuGet/NuGet.Config", $"""
            <configuration><packageSources><add key="feed" value="{_feeds.Address}/index.json" /></packageSources></configuration>
            """);
    }

    [Fact]
    public async Task A_known_vulnerability_fails_and_is_named()
    {
        _feeds.Vulnerable = Package;
        var (code, output, error) = await AuditAsync();

        Assert.True(code == 1, output + error);
        Assert.True(output.StartsWith("NuGet: a vulnerability is known\n    ", StringComparison.Ordinal), output);
        Assert.Contains("https://github.com/advisories/GHSA-nuget", output, StringComparison.Ordinal);
        Assert.Contains("npm in ui: a vulnerability is known\n", output, StringComparison.Ordinal);
        Assert.Contains("npm in tests/e2e: a vulnerability is known\n", output, StringComparison.Ordinal);
        Assert.Contains("https://github.com/advisories/GHSA-npm", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_none_is_known_it_says_so()
    {
        Assert.Equal(
            (0, """
            NuGet: no vulnerability is known
            npm in ui: no vulnerability is known
            npm in tests/e2e: no vulnerability is known
            npm in tests/grafana: no vulnerability is known

            """, ""), await AuditAsync());
    }

    [Fact]
    public async Task Feeds_without_a_list_are_not_taken_for_feeds_that_know_of_none()
    {
        _feeds.HaveLists = false;
        var (code, output, error) = await AuditAsync();

        Assert.True(code == 3, output + error);
        Assert.Equal(4, Regex.Count(output, "not looked for, because the feed has no list or does not answer"));
    }

    public async ValueTask DisposeAsync()
    {
        await _feeds.DisposeAsync();
        _root.Dispose();
    }

    private Task<(int ExitCode, string Output, string Error)> AuditAsync() => Script.Start(
        new("bash", [_root["scripts/audit.sh"]]),
        ("HOME", _root["home"]),
        ("NUGET_PACKAGES", Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")),
        ("NUGET_HTTP_CACHE_PATH", _root["cache"]),
        ("DOTNET_CLI_HOME", _root["home"]),
        ("DOTNET_NOLOGO", "1"),
        ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
        ("SSL_CERT_FILE", _root["feeds.pem"]),
        ("NODE_EXTRA_CA_CERTS", _root["feeds.pem"]),
        ("npm_config_registry", _feeds.Address)).EndAsync();
}
