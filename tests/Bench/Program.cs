using MessageBoard.Bench;

switch (args)
{
    case ["backend", var url, var cluster]:
        await Backend.RunAsync(url, cluster);
        break;
    case ["yarp", var url, .. var backends] when backends.Length > 0:
        await BareYarp.RunAsync(url, backends);
        break;
    default:
        await Console.Error.WriteLineAsync("Usage: bench backend URL CLUSTER | bench yarp URL BACKEND…");
        Environment.Exit(2);
        break;
}
