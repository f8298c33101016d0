using System.Globalization;
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
    case ["readers", var gateway, .. { Length: 3 } numbers]:
        var (process, rounds, seconds) = (Number(numbers[0]), Number(numbers[1]), Number(numbers[2]));
        await Readers.RunAsync(gateway, process, rounds, TimeSpan.FromSeconds(seconds));
        break;
    default:
        await Console.Error.WriteLineAsync(
            "Usage: bench backend URL CLUSTER | bench yarp URL BACKEND… | bench decision | bench reload GATEWAY FOLDER | "
            + "bench readers GATEWAY PID ROUNDS SECONDS");
        Environment.Exit(2);
        break;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
