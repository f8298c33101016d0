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
