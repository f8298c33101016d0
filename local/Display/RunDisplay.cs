using MessageBoard.Local.State;
using Spectre.Console;

namespace MessageBoard.Local.Display;

/// <summary>Shows a run while it starts and works.</summary>
internal abstract class RunDisplay
{
    /// <summary>A live table on a terminal, plain lines elsewhere.</summary>
    public static RunDisplay Create(Installation installation, string? freshPassword)
    {
        var banner = new ReadyBanner(installation, freshPassword);
        return AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected
            ? new LiveDisplay(AnsiConsole.Console, banner)
            : new PlainDisplay(Console.Out, banner);
    }

    /// <summary>Shows the states as they come; ends with them.</summary>
    public abstract Task ShowAsync(IAsyncEnumerable<RunState> states);
}
