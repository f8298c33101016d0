using System.Text;

namespace MessageBoard.Bench;

/// <summary>Answers every request with the tags of a service and a body of a ping's size, as cheaply as Kestrel can.</summary>
internal static class Backend
{
    public static Task RunAsync(string url, string cluster)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        var app = builder.Build();

        var pod = $"user-service-{cluster}-754bc8dd6f-kghtc";
        var body = Encoding.UTF8.GetBytes($$"""{"service":"user-service","cluster":"{{cluster}}","pod":"{{pod}}"}""");
        app.Run(context =>
        {
            var response = context.Response;
            response.Headers["X-Service-Name"] = "user-service";
            response.Headers["X-Service-Cluster"] = cluster;
            response.Headers["X-Pod-Name"] = pod;
            response.ContentType = "application/json";
            response.ContentLength = body.Length;
            return response.Body.WriteAsync(body, 0, body.Length);
        });
        return app.RunAsync();
    }
}
