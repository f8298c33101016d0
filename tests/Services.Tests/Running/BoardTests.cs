namespace MessageBoard.Services.Tests.Running;

/// <summary>Tests that share a running board; each class of them runs on both sets of stores.</summary>
public abstract class BoardTests(Board board) : IDisposable
{
    protected Board Board { get; } = board;

    protected HttpClient Users { get; } = board.Client("user-service");

    protected HttpClient Messages { get; } = board.Client("message-service");

    protected HttpClient Logs { get; } = board.Client("log-service");

    public void Dispose()
    {
        Users.Dispose();
        Messages.Dispose();
        Logs.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The boards that classes of tests share.</summary>
public static class Boards
{
    public const string Embedded = "SQLite and Garnet", Servers = "MariaDB and redis-server";

    [CollectionDefinition(Embedded)]
    public sealed class EmbeddedBoards : ICollectionFixture<EmbeddedBoard>;

    [CollectionDefinition(Servers)]
    public sealed class ServerBoards : ICollectionFixture<ServerBoard>;
}
