using Microsoft.Extensions.Logging.Console;

namespace MessageBoard.Shared.Logging;

internal static class JsonLogs
{
    /// <summary>Logs to the console as JSON lines; of the framework only warnings and worse.</summary>
    public static ILoggingBuilder AddJsonLogs(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddConsole(console =>
        {
            console.FormatterName = JsonLogFormatter.FormatterName;
            // Whoever reads the log may be frozen. Then a request would wait for it, and the rest of the process for the request's thread.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        foreach (var category in (ReadOnlySpan<string>)["Microsoft", "System.Net.Http", "Yarp", "Polly"])
            logging.AddFilter(category, LogLevel.Warning);

        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        // ProblemHandler's exceptions are answered as problems; the framework would log each as unhandled.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.Error);
        return logging;
    }
}
