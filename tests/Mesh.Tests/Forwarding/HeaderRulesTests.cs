using System.Globalization;
using MessageBoard.Mesh.Tests.Loading;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Tests.Forwarding;

public sealed class HeaderRulesTests : ForwardingTest
{
    // To Istio a single destination's headers are the route's; of several destinations Envoy applies each one's before the route's.
    [Theory]
    [InlineData(1, "x-add=mine, route, destination x-kept=mine x-new=destination x-set=destination")]
    [InlineData(2, "x-add=mine, destination, route x-kept=mine x-new=destination x-set=route")]
    public async Task Request_headers_are_removed_set_and_added_in_this_order(int destinations, string expected)
    {
        _mesh.Ctx1.Answer = context => context.Response.WriteAsync(
            string.Join(' ', context.Request.Headers
                .Where(header => header.Key.StartsWith("x-", StringComparison.Ordinal) && header.Key != "x-envoy-attempt-count")
                .OrderBy(header => header.Key)
                .Select(header => $"{header.Key}={header.Value}")));
        var headers = new HeaderOperations(
            [new("x-set", "destination")], [new("x-add", "destination"), new("x-new", "destination")], ["x-gone", "x-new"]);
        var destination = new HttpRouteDestination(new("user-service", "ctx1", null), 1, new(headers, HeaderOperations.None));
        _mesh.Set(new()
        {
            Destinations = [.. Enumerable.Repeat(destination, destinations)],
            Headers = new(new([new("x-set", "route")], [new("x-add", "route")], []), HeaderOperations.None),
        });

        var answer = await _mesh.GetAsync(headers: [
            ("x-set", "mine"), ("x-add", "mine"), ("x-gone", "mine"), ("x-new", "mine"), ("x-kept", "mine"),
        ]);

        Assert.Equal(expected, answer.Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_routes_authority_goes_before_its_destinations(int destinations)
    {
        var destination = new HttpRouteDestination(
            new("user-service", "ctx1", null), 1, new(new([new("Host", "destination")], [], []), HeaderOperations.None));
        _mesh.Set(new()
        {
            Destinations = [.. Enumerable.Repeat(destination, destinations)],
            Headers = new(new([new("Host", "route")], [new("Host", "added")], []), HeaderOperations.None),
        });

        Assert.Equal("ctx1 GET route /", (await _mesh.GetAsync()).Body);
    }

    [Fact]
    public async Task Response_headers_are_changed_on_their_way_back()
    {
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.Headers["x-gone"] = context.Response.Headers["x-set"] = "service";
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("x");
        };
        _mesh.Set(TestMesh.ToSubset("ctx1") with
        {
            Headers =
            new(HeaderOperations.None, new([new("x-set", "mesh"), new("Content-Type", "text/plain")], [new("x-new", "1")], ["x-gone"]))
        });

        var headers = (await _mesh.GetAsync()).Response;

        Assert.Equal(("mesh", "1", false, "text/plain"), (
            headers.Headers.GetValues("x-set").Single(), headers.Headers.GetValues("x-new").Single(), headers.Headers.Contains(
                "x-gone"), headers.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task Commands_are_filled_from_the_request_and_its_answer()
    {
        var headers = Loaded.Route("""
            headers: {
              request: {
                set: {
                  x-who: 'to %REQ(:AUTHORITY)% for %REQ(:METHOD)% %REQ(:PATH)% by %PROTOCOL%, 100%%',
                  x-kept: '%REQ(x-nobody)%',
                  x-other: '%REQ(x-nobody?x-long)%',
                  x-cluster: '%UPSTREAM_CLUSTER% of %ROUTE_NAME%'},
                add: {x-none: '%RESP(x)%%UPSTREAM_HOST%%RESPONSE_CODE%'}},
              response: {
                set: {
                  x-host: '%UPSTREAM_HOST%|%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%:%UPSTREAM_REMOTE_PORT%',
                  x-answer: '%RESPONSE_CODE% %RESP(x-service)% %RESPONSE_FLAGS%%UPSTREAM_REQUEST_ATTEMPT_COUNT% %REQ(x-long)%',
                  x-time: '%START_TIME%'}}}
            """).OnlyRoute().Headers;
        _mesh.Ctx1.Answer = context =>
        {
            context.Response.Headers["x-service"] = "user";
            var sent = context.Request.Headers
                .Where(header => header.Key.StartsWith("x-", StringComparison.Ordinal) && header.Key != "x-envoy-attempt-count")
                .OrderBy(header => header.Key)
                .Select(header => $"{header.Key}: {header.Value}");
            return context.Response.WriteAsync(string.Join('\n', sent));
        };
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Name = "rule", Headers = headers });

        var answer = await _mesh.GetAsync("http://user-service/a?b=c", ("x-long", "abcdef"), ("x-kept", "mine"));

        Assert.Equal(
            $"x-cluster: outbound|80|ctx1|{TestMesh.Service} of rule\nx-kept: mine\nx-long: abcdef\nx-other: abcdef\n"
                + "x-who: to user-service for GET /a?b=c by HTTP/1.1, 100%",
            answer.Body);
        var authority = answer.Explanation.Attempts.Single().Endpoint!;
        Assert.Equal($"{authority}|{authority}", Header("x-host"));
        Assert.Equal("200 user 1 abcdef", Header("x-answer"));
        Assert.InRange(DateTimeOffset.Parse(Header("x-time"), CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddSeconds(1));

        string Header(string name) => answer.Response.Headers.GetValues(name).Single();
    }

    [Theory]
    [InlineData("%HOSTNAME%")]
    [InlineData("%ENVIRONMENT(HOME)%")]
    [InlineData("%REQ%")]
    [InlineData("%REQ(a?)%")]
    [InlineData("%PROTOCOL(a)%")]
    [InlineData("%START_TIME(%s)%")]
    public void Other_commands_are_refused_by_name(string command) => Assert.Contains(
        $"{command} is not carried out by the local mesh",
        Assert.Single(Loaded.Route($"headers: {{request: {{set: {{a: 'b %%{command}'}}}}}}").Problems).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Host")]
    [InlineData(":authority")]
    [InlineData(":Authority")]
    public async Task The_authority_is_set_like_a_header(string name)
    {
        _mesh.Set(TestMesh.ToSubset("ctx1") with { Headers = new(new([new(name, "example.com")], [], []), HeaderOperations.None) });

        Assert.Equal("ctx1 GET example.com /", (await _mesh.GetAsync()).Body);
    }
}
