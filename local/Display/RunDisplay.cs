using MessageBoard.Local.State;

namespace MessageBoard.Local.Display;

/// <summary>Shows a run while it starts and works.</summary>
internal abstract class RunDisplay
{
    /// <summary>A live table on a terminal, plain lines elsewhere.</summary>
    public static RunDisplay Create(Installation installation, string? freshPassword)
    {
        var banner = new ReadyBanner(installation, freshPassword);
        var console = Terminal.Create();
        return console.Profile.Capabilities.Ansi ? new LiveDisplay(console, banner) : new PlainDisplay(Console.Out, banner);
    }

    /// <summary>Shows the states as they come; ends with them.</summary>
    public abstract Task ShowAsync(IAsyncEnumerable<RunState> states);
}
