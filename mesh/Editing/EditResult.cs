using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Editing;

/// <summary>How an edit ended. Only <see cref="Done"/> has changed anything.</summary>
public abstract record EditResult
{
    /// <summary>It is in force.</summary>
    /// <param name="Snapshot">The configuration with it.</param>
    public sealed record Done(MeshSnapshot Snapshot) : EditResult;

    /// <summary>What should be edited is not there.</summary>
    public sealed record NotFound : EditResult;

    /// <summary>Somebody else has changed it since.</summary>
    /// <param name="Snapshot">The configuration as it is now.</param>
    public sealed record Conflict(MeshSnapshot Snapshot) : EditResult;

    /// <summary>What is asked for is not allowed; the errors are by field.</summary>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : EditResult;

    /// <summary>The new text is refused; the lines are those of the text itself, from 1.</summary>
    public sealed record Refused(IReadOnlyList<MeshProblem> Problems) : EditResult;

    /// <summary>A cluster does not answer, or does not let the gateway edit; what another had taken already was put back.</summary>
    /// <param name="Reason">What happened in which cluster, for the user.</param>
    public sealed record Failed(string Reason) : EditResult;
}
