namespace MessageBoard.Scripts.Tests.Images;

/// <summary>
/// Stand-ins for docker, kind, kubectl and git on a script's PATH: they write their calls down and answer as they are told.
/// </summary>
internal sealed class StandIns : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StandIns()
    {
        _folder.Write("calls", "");
        _folder.Write("clusters", "");
        _folder.Write("changes", "");
        Tool("docker", """
            case "$*" in
              "buildx inspect "*) [ -e builder ] ;;
              "buildx create "*) touch builder ;;
              "buildx build "*"--target $FAILS "*) echo "no space left on device" >&2; exit 1 ;;
              "ps --format "*) [ ! -e running ] || cat running ;;
              "ps --all --quiet "*ctx2) echo balancer-of-ctx2 ;;
              "run "*) echo cloud-provider-kind >running ;;
              "image inspect "*/"$MISSING":*) exit 1 ;;
              "info"*) [ "$NO_DOCKER" = "" ] ;;
            esac
            """);
        Tool("kind", """
            case "$*" in
              "get clusters") cat clusters ;;
              "get nodes --name "*) echo "$4-worker" ;;
              "create cluster --name "*) echo "$4" >>clusters; cat >"$4.yaml" ;;
              "delete cluster --name "*) sed -i "/^$4\$/d" clusters ;;
            esac
            """);
        Tool("kubectl", """
            case "$*" in
              *"get nodes"*) echo "$2" | sed 's/.*ctx\(.\)/10.\100.0.0\/24 172.18.0.\1/' ;;
            esac
            """);
        Tool("git", """
            case "$*" in
              "rev-parse --short HEAD") echo 1a2b3c4 ;;
              "rev-parse HEAD") echo 1a2b3c4d5e6f ;;
              "status --porcelain") cat changes ;;
              "log -1 "*) echo 1795250000 ;;
            esac
            """);
    }

    /// <summary>The calls of the tools but git, in order, those that only ask left out.</summary>
    public IReadOnlyList<string> Calls => [.. File.ReadLines(_folder["calls"]).Where(call => !IsQuestion(call))];

    public string this[string file] => File.ReadAllText(_folder[file]);

    public void Tell(string file, string text) => _folder.Write(file, text);

    public void ForgetCalls() => _folder.Write("calls", "");

    public Task<(int ExitCode, string Output, string Error)> RunAsync(
        string script, string options, params IEnumerable<(string Name, string Value)> environment) =>
        Script.RunAsync(
            $"scripts/{script}", options, [("PATH", $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}"), .. environment]);

    public void Dispose() => _folder.Dispose();

    private static bool IsQuestion(string call) =>
        call is "docker info" or "docker buildx version" or "kind get clusters"
        || call.StartsWith("git ", StringComparison.Ordinal) || call.StartsWith("docker ps ", StringComparison.Ordinal)
        || call.Contains(" inspect ", StringComparison.Ordinal);

    private void Tool(string name, string answers) =>
        _folder.WriteProgram(name, $"cd '{_folder.Path}'\necho \"{name} $*\" >>calls\n{answers}");
}
