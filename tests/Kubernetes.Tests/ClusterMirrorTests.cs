using MessageBoard.Mesh;

namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>News that come in any order.</summary>
public sealed class ClusterMirrorTests
{
    private const string Plural = "virtualservices";

    private readonly ClusterMirror _mirror = new(
        new("ctx1", "messageboard", () => throw new NotSupportedException()), new MeshProxy(), TimeProvider.System, () => { });

    [Fact]
    public void An_old_event_does_not_undo_what_an_edit_has_answered()
    {
        List(10, (10, 70));
        _mirror.Take(Plural, Service(12, 90));
        _mirror.Apply(Plural, WatchEventType.Modified, Service(11, 80));

        Assert.Equal(90, Weight());
    }

    [Fact]
    public void What_was_deleted_does_not_come_back_with_a_late_answer()
    {
        List(10, (10, 70));
        _mirror.Apply(Plural, WatchEventType.Deleted, Service(15, 70));
        _mirror.Take(Plural, Service(12, 90));

        Assert.Empty(_mirror.Resources);
    }

    [Fact]
    public void A_list_that_was_asked_for_before_an_edit_does_not_undo_it()
    {
        List(10, (10, 70));
        var before = _mirror.Answers;
        _mirror.Take(Plural, Service(12, 90));
        _mirror.Replace(Plural, ListOf(11, (10, 70)), before);

        Assert.Equal(90, Weight());
    }

    [Fact]
    public void After_a_restore_the_list_counts_though_its_versions_have_gone_back()
    {
        List(4900, (4900, 70));
        _mirror.Take(Plural, Service(4901, 90));
        List(60, (50, 10));
        Assert.Equal(10, Weight());

        _mirror.Apply(Plural, WatchEventType.Modified, Service(70, 20));
        Assert.Equal(20, Weight());
    }

    [Theory]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "b")]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "a")]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "a")]
    public void Of_two_VirtualServices_of_a_host_the_older_one_is_in_force(string made, string otherMade, string name)
    {
        _mirror.Apply(Plural, WatchEventType.Added, Routed("a", made));
        _mirror.Apply(Plural, WatchEventType.Added, Routed("b", otherMade));

        var snapshot = _mirror.Compile([]);
        Assert.Equal(name, snapshot.DefaultRouteOf("user-service")!.Service.Name);
        Assert.Single(snapshot.Problems);
    }

    private static JsonElement Routed(string name, string made) => JsonSerializer.SerializeToElement(new
    {
        apiVersion = "networking.istio.io/v1",
        kind = "VirtualService",
        metadata = new { name, @namespace = "messageboard", resourceVersion = "1", creationTimestamp = made },
        spec = new
        {
            hosts = (IEnumerable<string>)["user-service"],
            http = new[] { new { route = new[] { new { destination = new { host = "user-service" } } } } },
        },
    });

    private void List(int version, params (int Version, int Weight)[] services) =>
        _mirror.Replace(Plural, ListOf(version, services), _mirror.Answers);

    private int Weight() => Assert.Single(_mirror.Resources.Values).Spec.GetProperty("weight").GetInt32();

    private static JsonElement ListOf(int version, params (int Version, int Weight)[] services) => JsonSerializer.SerializeToElement(
        new
        {
            metadata = new { resourceVersion = $"{version}" },
            items = services.Select(service =>
            Service(service.Version, service.Weight))
        });

    private static JsonElement Service(int version, int weight) => JsonSerializer.SerializeToElement(
        new { metadata = new { name = "a", @namespace = "messageboard", resourceVersion = $"{version}" }, spec = new { weight } });
}
