using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MessageBoard.Mesh.Tests.Authentication;

/// <summary>All lines that a process logs, with whatever belongs to them.</summary>
internal sealed class CollectedLogs : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull
    {
        Lines.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception} "
            + string.Join(' ', (state as IEnumerable<KeyValuePair<string, object?>>)?.Select(pair => $"{pair.Value}") ?? []));

    public void Dispose()
    {
    }
}
