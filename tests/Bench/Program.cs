using MessageBoard.Bench;

switch (args)
{
    case ["backend", var url, var cluster]:
        await Backend.RunAsync(url, cluster);
        break;
    case ["yarp", var url, .. var backends] when backends.Length > 0:
        await BareYarp.RunAsync(url, backends);
        break;
    case ["decision"]:
        RoutingDecision.Run();
        break;
    case ["reload", var gateway, var folder]:
        await Reload.RunAsync(gateway, folder);
        break;
    default:
        await Console.Error.WriteLineAsync(
            "Usage: bench backend URL CLUSTER | bench yarp URL BACKEND… | bench decision | bench reload GATEWAY FOLDER");
        Environment.Exit(2);
        break;
}
