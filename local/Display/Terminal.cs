using Spectre.Console;

namespace MessageBoard.Local.Display;

/// <summary>The console to draw on.</summary>
internal static class Terminal
{
    // Nothing to fit into: as wide as the table gets.
    private const int WidthOfPipes = 160;

    /// <summary>Without colours and cursor moves unless it is a terminal; Spectre.Console itself looks only at TERM and NO_COLOR.</summary>
    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Console;

        var pipe = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        pipe.Profile.Width = WidthOfPipes;
        return pipe;
    }
}
