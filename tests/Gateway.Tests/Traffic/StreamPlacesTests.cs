using MessageBoard.Gateway.Traffic;

namespace MessageBoard.Gateway.Tests.Traffic;

public sealed class StreamPlacesTests(MeshedGateway gateway) : IClassFixture<MeshedGateway>
{
    private readonly StreamPlaces _places = new();

    [Fact]
    public void An_address_has_a_few_and_its_users_have_their_own()
    {
        var taken = Enumerable.Range(0, StreamPlaces.PerAddress).Select(_ => Take(null, "192.0.2.1")).ToList();
        Assert.All(taken, Assert.NotNull);
        Assert.Null(Take(null, "192.0.2.1"));
        Assert.NotNull(Take(null, "192.0.2.2"));
        for (var i = 0; i < 100; i++)
            Assert.NotNull(Take($"pupil-{i}", "192.0.2.1"));

        taken[0]!.Dispose();
        taken[0]!.Dispose();

        Assert.NotNull(Take(null, "192.0.2.1"));
        Assert.Null(Take(null, "192.0.2.1"));
    }

    [Fact]
    public void A_user_has_a_few_whatever_the_address()
    {
        for (var i = 0; i < StreamPlaces.PerUser; i++)
            Assert.NotNull(Take("alice", $"192.0.2.{i}"));

        Assert.Null(Take("alice", "192.0.2.99"));
        Assert.NotNull(Take(null, "alice")); // no user of that name, but an address
    }

    [Fact]
    public void Strangers_leave_places_for_users_and_all_have_an_end()
    {
        var strangers = Enumerable.Range(0, StreamPlaces.ForStrangers).Select(i => Take(null, $"{i}")).ToList();
        Assert.All(strangers, Assert.NotNull);
        Assert.Null(Take(null, "one more"));
        for (var i = StreamPlaces.ForStrangers; i < StreamPlaces.InAll; i++)
            Assert.NotNull(Take($"user-{i}", "192.0.2.1"));

        Assert.Null(Take("one more", "192.0.2.1"));
        strangers[0]!.Dispose();
        Assert.NotNull(Take("one more", "192.0.2.1"));
    }

    [Fact]
    public async Task A_reader_without_a_place_is_told_so_until_another_goes()
    {
        var readers = new List<EventReader>();
        for (var i = 0; i < StreamPlaces.PerAddress; i++)
            readers.Add(await EventReader.OpenAsync(gateway.Client));

        using (var refused = await OpenAsync())
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        using (var user = await OpenAsync(await gateway.LogInAsync(isAdmin: false)))
            Assert.Equal(HttpStatusCode.OK, user.StatusCode);

        await readers[0].DisposeAsync();
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var next = await OpenAsync();
                return next.StatusCode == HttpStatusCode.OK;
            },
            "the place of a reader that has gone is free");
        foreach (var reader in readers.Skip(1))
            await reader.DisposeAsync();
    }

    private async Task<HttpResponseMessage> OpenAsync(string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/traffic/events");
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);

        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private IDisposable? Take(string? user, string address)
    {
        var place = _places.TryTake(user, address, out var refusal);
        Assert.Equal(place is null, refusal is not null);
        return place;
    }
}
