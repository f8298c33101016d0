namespace MessageBoard.Mesh.Tests.Forwarding;

/// <summary>A test with a mesh of its own.</summary>
public abstract class ForwardingTest : IAsyncLifetime
{
    private protected TestMesh _mesh = null!;

    public virtual async ValueTask InitializeAsync() => _mesh = await TestMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
