using MessageBoard.Mesh;
using MessageBoard.MeshKubernetes;
using MessageBoard.Shared.Edges;
using MessageBoard.Shared.Events;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Sessions;
using MessageBoard.Shared.Stores;
using MessageBoard.Shared.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;

namespace MessageBoard.Shared;

/// <summary>What the three services behind the gateway have beyond <see cref="ServiceDefaults"/>.</summary>
public static class ServiceApi
{
    /// <summary>Registers the defaults, the stores, sessions, events and the OpenAPI document.</summary>
    /// <param name="builder">The process's builder.</param>
    /// <param name="name">The service's name.</param>
    /// <param name="firstRequests">What to ask before it is ready, see <see cref="WarmUp"/>.</param>
    public static WebApplicationBuilder AddServiceApi(
        this WebApplicationBuilder builder, string name, params IEnumerable<WarmUp.Request> firstRequests)
    {
        builder.AddServiceDefaults(name);
        builder.Services.AddDatabase();
        builder.Services.AddSessions();
        builder.Services.AddApiCallEvents();
        builder.Services.AddSingleton<KafkaWatch>().AddHostedService(provider => provider.GetRequiredService<KafkaWatch>());
        builder.Services.AddHealthChecks().AddCheck<KafkaWatch>("kafka");
        builder.Services.AddEdgeReports();
        builder.Services.AddServiceMesh(builder.Configuration);
        builder.Services.AddOpenApiDocument(name);
        if (WarmUp.IsOn(builder.Configuration))
            builder.Services.AddWarmUp(firstRequests);

        return builder;
    }

    /// <summary>Tags, events, problem details and authentication, in this order: a refused request is tagged and counted too.</summary>
    public static WebApplication UseServiceApi(this WebApplication app)
    {
        app.UseWithdrawal();
        app.UseKeptErrors();
        app.UseResponseTags();
        app.UseApiCallEvents();
        app.UseServiceDefaults();
        app.UseMeshAuthorization();
        app.UseForwardedHeaders(Forwarded());
        app.UseWarmUp();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapServiceDefaults();
        app.MapOpenApi();
        return app;
    }

    // The scheme and the address that the browser came by and from, as the gateway says; it lets no caller say them. Who may call a
    // service at all is the mesh's to decide, so that no list of proxies is kept here: pods' addresses change.
    private static ForwardedHeadersOptions Forwarded()
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        return options;
    }

    /// <summary>Maps the cheapest request through the mesh: who answers?</summary>
    public static IEndpointRouteBuilder MapPing(this IEndpointRouteBuilder app)
    {
        app.MapGet("/ping", Ping).WithSummary("Who answers: service, cluster and pod.");
        return app;

        static Ok<Pong> Ping(ServiceIdentity identity) => TypedResults.Ok(new Pong(identity.Name, identity.Cluster, identity.Pod));
    }

    /// <summary>Who answered.</summary>
    public sealed record Pong(string Service, string Cluster, string Pod);
}
