using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MessageBoard.Shared.Http;

internal static class HealthReportWriter
{
    public static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value)),
        });

    private static string Describe(HealthReportEntry entry) =>
        entry.Description is null ? entry.Status.ToString() : $"{entry.Status}: {entry.Description}";
}
