using MessageBoard.Local;
using MessageBoard.Local.Commands;
using MessageBoard.Local.State;

// Called by deploy-all.sh, which checks what a person typed: verb, then what LaunchOptions has. A run itself calls it for its brokers.
var installation = Installation.Find();
using var signals = new StopSignals();

try
{
    return args switch
    {
        ["run", .. { Length: 5 } options] => await new RunCommand(installation, LaunchOptions.Of(options)).ExecuteAsync(signals.Token),
        ["detach", .. { Length: 5 } options] =>
            await new DetachCommand(installation, LaunchOptions.Of(options)).ExecuteAsync(signals.Token),
        ["brokers", var addressFile] => await new BrokersCommand(addressFile).ExecuteAsync(signals.Token),
        ["port", var port] => CheckPort(int.Parse(port, CultureInfo.InvariantCulture)),
        ["status"] => new StatusCommand(installation).Execute(),
        ["stop"] => await new StopCommand(installation).ExecuteAsync(),
        _ => throw new LaunchException("usage: ./deploy-all.sh --help", ExitCodes.BadInput),
    };
}
catch (LaunchException refusal)
{
    await Console.Error.WriteLineAsync(refusal.Message);
    return refusal.ExitCode;
}
catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
{
    // A full disk, a folder that is not ours: the message names the path.
    await Console.Error.WriteLineAsync(refusal.Message);
    return ExitCodes.Failure;
}
catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
{
    return ExitCodes.Interrupted;
}

// What a killed launcher left goes before the new gateway listens.
int CheckPort(int port)
{
    if (!Orphans.Find(installation).Any(orphan => orphan.Role == ProcessRole.Gateway))
        Preflight.CheckPort(port);

    return ExitCodes.Success;
}
