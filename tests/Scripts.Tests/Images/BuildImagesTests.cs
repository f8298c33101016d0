namespace MessageBoard.Scripts.Tests.Images;

/// <summary>scripts/build-images.sh, with stand-ins for docker and git; and what holds of the Dockerfile without an engine.</summary>
public sealed class BuildImagesTests : IDisposable
{
    private const string Script = "build-images.sh";

    private readonly StandIns _tools = new();

    public void Dispose() => _tools.Dispose();

    [Fact]
    public async Task Pushing_builds_each_program_for_both_processors_and_tells_what_to_deploy()
    {
        var (code, output, error) = await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard/ --push");

        Assert.Equal((0, ""), (code, error));
        var labels = "--label org.opencontainers.image.version=1a2b3c4 --label org.opencontainers.image.revision=1a2b3c4d5e6f";
        Assert.Equal(
        [
            "docker buildx create --name messageboard --driver docker-container",
            .. from program in (string[])["gateway", "user-service", "message-service", "log-service"]
               select $"docker buildx build {labels} --platform linux/amd64,linux/arm64 --builder messageboard --sbom=true "
                   + $"--target {program} --tag ghcr.io/me/messageboard/{program}:1a2b3c4 --push .",
        ], _tools.Calls);
        Assert.EndsWith("Deploy them:  ./deploy-all.sh --images ghcr.io/me/messageboard/1a2b3c4\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_time_uses_the_same_builder()
    {
        await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard --push");
        _tools.ForgetCalls();

        Assert.Equal(0, (await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard --push")).ExitCode);
        Assert.DoesNotContain(_tools.Calls, call => call.StartsWith("docker buildx create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Loading_builds_for_this_machine_what_kind_can_take()
    {
        var (code, output, _) = await _tools.RunAsync(Script, "--images messageboard --tag try-1 --load");

        Assert.Equal((0, 4), (code, _tools.Calls.Count));
        Assert.All(_tools.Calls, call => Assert.Contains(" --provenance=false --target ", call, StringComparison.Ordinal));
        Assert.All(_tools.Calls, call => Assert.DoesNotContain("--platform", call, StringComparison.Ordinal));
        Assert.All(_tools.Calls, call => Assert.DoesNotContain("--sbom", call, StringComparison.Ordinal));
        Assert.EndsWith("scripts/kind.sh up --images messageboard/try-1\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commits_tag_is_for_what_is_in_the_commit()
    {
        _tools.Tell("changes", " M gateway/Program.cs\n");

        var (code, _, error) = await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard --push");
        Assert.Equal((2, 0), (code, _tools.Calls.Count));
        Assert.Contains("M gateway/Program.cs", error, StringComparison.Ordinal);

        (code, _, _) = await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard --push --tag mine");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_dry_run_calls_nothing_and_shows_all()
    {
        var (code, output, _) = await _tools.RunAsync(Script, "--images localhost:5000 --push --dry-run", ("NO_DOCKER", "1"));

        Assert.Equal((0, 0), (code, _tools.Calls.Count));
        Assert.Equal(5, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("--tag localhost:5000/log-service:1a2b3c4 --push .", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_ends_it_and_is_named()
    {
        var (code, output, error) = await _tools.RunAsync(Script, "--images ghcr.io/me/messageboard --push", ("FAILS", "user-service"));

        Assert.Equal(1, code);
        Assert.Equal(3, _tools.Calls.Count); // the builder, the gateway and this one
        Assert.Contains("no space left on device", error, StringComparison.Ordinal);
        Assert.Contains("ghcr.io/me/messageboard/user-service:1a2b3c4 was not built or not sent", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Deploy them", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "--images REGISTRY[/PREFIX] is missing")]
    [InlineData("--images ghcr.io/me/messageboard", "--push to the registry, or --load")]
    [InlineData("--images ghcr.io/me/messageboard:1.0 --push", "The tag has an option of its own")]
    [InlineData("--images ghcr.io/me/m;id --push", "--images wants REGISTRY[/PREFIX]")]
    [InlineData("--images ghcr.io/me --push --load", "--push and --load do not go together")]
    [InlineData("--images ghcr.io/me --push --tag -x", "no tag an image can have")]
    [InlineData("--images ghcr.io/me --push --platforms windows/amd64", "--platforms wants linux/amd64, linux/arm64 or both")]
    [InlineData("--images ghcr.io/me --load --platforms linux/amd64,linux/arm64", "--load takes one platform")]
    [InlineData("--images --push", "--images wants a value")]
    [InlineData("--pusch", "Unknown option: --pusch")]
    public async Task Bad_options_are_refused(string options, string message)
    {
        var (code, output, error) = await _tools.RunAsync(Script, options);

        Assert.Equal((2, "", 0), (code, output, _tools.Calls.Count));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Docker_that_does_not_answer_is_named() =>
        Assert.Contains(
            "Docker does not answer",
            (await _tools.RunAsync(Script, "--images ghcr.io/me --push", ("NO_DOCKER", "1"))).Error,
            StringComparison.Ordinal);

    [Fact]
    public void The_context_has_each_project_that_the_images_programs_need()
    {
        var stage = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));
        var lines = stage.Split('\n');
        var ignore = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        var programs = Regex.Match(stage, "^ENV PROGRAMS=\"(.*)\"$", RegexOptions.Multiline).Groups[1].Value.Split(' ')
            .Select(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj").Single());
        var waiting = new Queue<string>(programs);
        var seen = new HashSet<string>();
        while (waiting.TryDequeue(out var project))
        {
            if (!seen.Add(project))
                continue;

            var path = Path.GetRelativePath(Repository.Root, project);
            var folder = path.Split('/')[0];
            Assert.Contains($"COPY {path} {Path.GetDirectoryName(path)}/", lines);
            Assert.Contains($"COPY {folder} {folder}/", lines);
            Assert.Contains($"!{folder}", ignore);
            foreach (Match reference in Regex.Matches(File.ReadAllText(project), "<ProjectReference Include=\"([^\"]*)\""))
                waiting.Enqueue(Path.GetFullPath(reference.Groups[1].Value, Path.GetDirectoryName(project)!));
        }

        Assert.True(seen.Count >= 6, string.Join('\n', seen));
    }

    [Fact]
    public void Every_base_has_an_exact_version()
    {
        var stages = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));
        var bases = Regex.Matches(stages, @"^(?:FROM --platform=\S+ |ARG ASPNET=)(\S+)", RegexOptions.Multiline)
            .Select(found => found.Groups[1].Value).ToList();

        Assert.Equal(3, bases.Count);
        Assert.All(bases, image => Assert.Matches(@":\d+\.\d+\.\d+-", image));
    }
}
