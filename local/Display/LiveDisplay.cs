using MessageBoard.Local.State;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MessageBoard.Local.Display;

/// <summary>The table, redrawn in place, with the banner below it; troubles scroll by above it.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, ReadyBanner banner) : RunDisplay
{
    private static readonly TimeSpan AgesMove = TimeSpan.FromSeconds(1);

    public override Task ShowAsync(IAsyncEnumerable<RunState> states) =>
        // Where the table is higher than the terminal, its end with the address matters most.
        console.Live(Text.Empty).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(async context =>
        {
            RunState? before = null;
            await using var coming = states.GetAsyncEnumerator();
            var next = coming.MoveNextAsync().AsTask();
            while (true)
            {
                await Task.WhenAny(next, Task.Delay(AgesMove));
                if (next.IsCompleted)
                {
                    if (!await next)
                        break;

                    foreach (var news in RunNews.Between(before, coming.Current).Where(news => news.Trouble))
                        Say($"{DateTime.Now:HH:mm:ss}  {news.Text}");

                    before = coming.Current;
                    next = coming.MoveNextAsync().AsTask();
                }

                if (before is not null)
                    context.UpdateTarget(Draw(before));
            }
        });

    /// <summary>Writes where the table begins, which moves down; whole lines, so that nothing of the table stays behind the text.</summary>
    private void Say(string text)
    {
        var width = console.Profile.Width;
        console.MarkupLineInterpolated($"[yellow]{text.PadRight((text.Length + width - 1) / width * width)}[/]");
    }

    private IRenderable Draw(RunState state)
    {
        var table = ProcessTable.Of(state, console.Profile.Width, DateTimeOffset.UtcNow);
        return state.Phase == RunPhase.Ready
            ? new Rows(table, new Text(string.Join('\n', banner.Lines(state))))
            : table;
    }
}
