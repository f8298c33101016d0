using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using k8s.Exceptions;

namespace k8s.Authentication;

/// <summary>
/// A program that gives credentials, as the clouds have one each; what it gave is kept until it expires.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without its wait handle holds nothing to release.")]
internal sealed class ExecPlugin : Credentials
{
    /// <summary>So long before they expire credentials are asked for again: a request takes a while to arrive.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Given? _given;

    /// <summary>Where it was configured: begins every message.</summary>
    public required string Source { get; init; }

    public required string ApiVersion { get; init; }

    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Told when the program is not there.</summary>
    public string? InstallHint { get; init; }

    /// <summary>What the program is told of the cluster, when it asks for that.</summary>
    public ExecCluster? Cluster { get; init; }

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    public override X509Certificate2? Certificate => _given?.Certificate;

    public override async Task<AuthenticationHeaderValue?> GetHeaderAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_given is not { } given || given.Expires - Margin <= DateTimeOffset.UtcNow)
                _given = given = Parse(await RunAsync(cancellationToken).ConfigureAwait(false));

            return given.Header;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Forget() => _given = null;

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Command, Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;

        var info = new ExecCredential(ApiVersion, "ExecCredential", new ExecSpec(Cluster, Interactive: false));
        start.Environment["KUBERNETES_EXEC_INFO"] = JsonSerializer.Serialize(info, ExecJson.Default.ExecCredential);
        using var process = Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return process.ExitCode == 0
                ? await output.ConfigureAwait(false)
                : throw Error($"ended with {process.ExitCode}: {(await errors.ConfigureAwait(false)).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw Error($"did not end within {TimeLimit.TotalSeconds} s");
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw Error($"cannot be started: {problem.Message}{(InstallHint is null ? "" : $". {InstallHint}")}");
        }
    }

    private Given Parse(string output)
    {
        ExecAnswer? answer;
        try
        {
            answer = JsonSerializer.Deserialize(output, ExecJson.Default.ExecAnswer);
        }
        catch (JsonException)
        {
            // the exception would quote what may be a token
            throw Error("did not write JSON");
        }

        if (answer is not { Kind: "ExecCredential", Status: { } status } || answer.ApiVersion != ApiVersion)
            throw Error($"did not write an ExecCredential of {ApiVersion} with a status");

        try
        {
            return status is { Token: null, ClientCertificateData: null }
                ? throw Error("gave neither a token nor a certificate")
                : new Given(
                    status.Token is null ? null : Bearer(status.Token.Trim()),
                    status.ClientCertificateData is null ? null : X509Certificate2.CreateFromPem(status.ClientCertificateData, status.ClientKeyData),
                    status.ExpirationTimestamp ?? DateTimeOffset.MaxValue);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException or FormatException)
        {
            throw Error("gave a token, certificate or key that is none");
        }
    }

    private KubeConfigException Error(string problem) => new($"{Source}: {Command} {problem}");

    private sealed record Given(AuthenticationHeaderValue? Header, X509Certificate2? Certificate, DateTimeOffset Expires);
}
