using MessageBoard.Local;
using MessageBoard.Local.Commands;

// Called by deploy-all.sh, which checks what a person typed: verb, then the gateway's port and the replicas of each service. A run
// itself calls it for its brokers.
var installation = Installation.Find();
using var signals = new StopSignals();

try
{
    return args switch
    {
        ["run", var port, var replicas] =>
            await new RunCommand(installation, LaunchOptions.Of(port, replicas)).ExecuteAsync(signals.Token),
        ["detach", var port, var replicas] =>
            await new DetachCommand(installation, LaunchOptions.Of(port, replicas)).ExecuteAsync(signals.Token),
        ["brokers", var addressFile] => await new BrokersCommand(addressFile).ExecuteAsync(signals.Token),
        ["holder", var port] => ShowHolder(int.Parse(port, CultureInfo.InvariantCulture)),
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
catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
{
    return ExitCodes.Interrupted;
}

static int ShowHolder(int port)
{
    Console.Write(FreePorts.Holder(port));
    return ExitCodes.Success;
}
