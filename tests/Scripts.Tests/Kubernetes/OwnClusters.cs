namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>
/// Tests each of which has clusters of its own: a namespace that was deleted stays where it is for ever, as there is no controller that
/// ends it.
/// </summary>
public abstract class OwnClusters : IAsyncLifetime
{
    private protected OwnClusters() => Bench = new(Kube);

    private protected KubeApi Kube { get; } = new();

    private protected Workbench Bench { get; }

    public async ValueTask InitializeAsync()
    {
        await Kube.InitializeAsync();
        await Bench.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        await Kube.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
