namespace MessageBoard.MeshCheck;

/// <summary>What the command line asks for.</summary>
internal sealed class Options
{
    private readonly List<string> _paths = [], _headers = [], _tests = [], _contexts = [];

    /// <summary>The files and folders.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>A request, such as <c>GET http://user-service/api/users</c>; null for none.</summary>
    public string? Request { get; private set; }

    /// <summary>Its headers, such as <c>x-canary: true</c>.</summary>
    public IReadOnlyList<string> Headers => _headers;

    /// <summary>Who sends it; null for anybody.</summary>
    public string? From { get; private set; }

    /// <summary>Whether to say why the rules before do not match.</summary>
    public bool Explain { get; private set; }

    /// <summary>Files and folders with routing tests.</summary>
    public IReadOnlyList<string> Tests => _tests;

    /// <summary>Where the tests' results go as JUnit's XML; null for nowhere.</summary>
    public string? JUnit { get; private set; }

    /// <summary>The kubeconfig's contexts whose resources are taken.</summary>
    public IReadOnlyList<string> Contexts => _contexts;

    /// <summary>Where the contexts stand; null for where kubectl looks.</summary>
    public string? Kubeconfig { get; private set; }

    /// <summary>Whether warnings count as failures.</summary>
    public bool FailOnWarning { get; private set; }

    /// <summary>Whether machines read the report.</summary>
    public bool Json { get; private set; }

    /// <summary>Whether only the help is wanted.</summary>
    public bool Help { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">One is wrong.</exception>
    public static Options Parse(IReadOnlyList<string> args)
    {
        var options = new Options();
        var paths = options._paths;
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var argument))
        {
            if (argument.StartsWith('-') && argument.Length > 1)
            {
                if (argument is "--help" or "-h")
                {
                    options.Help = true;
                    return options;
                }

                paths = argument == "--tests" ? options._tests : options._paths;
                options.Take(argument, rest);
            }
            else
            {
                paths.Add(argument);
            }
        }

        return options.Checked();
    }

    private void Take(string option, Queue<string> rest)
    {
        switch (option)
        {
            case "--json":
                Json = true;
                break;
            case "--explain":
                Explain = true;
                break;
            case "--request":
                Request = Value();
                break;
            case "-H" or "--header":
                _headers.Add(Value());
                break;
            case "--from":
                From = Value();
                break;
            case "--tests":
                _tests.Add(Value());
                break;
            case "--junit":
                JUnit = Value();
                break;
            case "--context":
                _contexts.Add(Value());
                break;
            case "--kubeconfig":
                Kubeconfig = Value();
                break;
            case "--fail-on":
                FailOnWarning = Value() is var level && level == "warning"
                    || (level == "error" ? false : throw new UsageException($"--fail-on wants error or warning, not '{level}'"));
                break;
            default:
                throw new UsageException($"unknown option '{option}'");
        }

        string Value() => rest.TryDequeue(out var value) ? value : throw new UsageException($"{option} wants a value");
    }

    private Options Checked()
    {
        if (_paths.Count == 0 && _contexts.Count == 0)
            throw new UsageException("no file or folder is given");

        if (Request is null && _tests.Count == 0 && (_headers.Count > 0 || From is not null || Explain))
            throw new UsageException("-H, --from and --explain want a --request");

        if (_tests.Count == 0 && JUnit is not null)
            throw new UsageException("--junit wants --tests");

        if (_contexts.Count == 0 && Kubeconfig is not null)
            throw new UsageException("--kubeconfig wants --context");

        return this;
    }
}
