using MessageBoard.Local.State;

namespace MessageBoard.Local.Display;

/// <summary>A line a change, for logs and pipes.</summary>
internal sealed class PlainDisplay(TextWriter output, ReadyBanner banner) : RunDisplay
{
    public override async Task ShowAsync(IAsyncEnumerable<RunState> states)
    {
        RunState? before = null;
        await foreach (var state in states)
        {
            foreach (var news in RunNews.Between(before, state))
                await SayAsync($"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {news.Text}");

            if (state.Phase == RunPhase.Ready && before?.Phase != RunPhase.Ready)
            {
                foreach (var line in banner.Lines(state))
                    await SayAsync(line);
            }

            before = state;
        }
    }

    private async Task SayAsync(string line)
    {
        try
        {
            await output.WriteLineAsync(line);
        }
        catch (IOException)
        {
            // A log on a full disk; what has healed is said when it has.
        }
    }
}
