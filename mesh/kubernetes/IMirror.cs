using k8s;

namespace MessageBoard.MeshKubernetes;

/// <summary>What a <see cref="Reflector"/> keeps: all that is known of one or several kinds of a cluster's resources.</summary>
internal interface IMirror
{
    /// <summary>The cluster's API server.</summary>
    ClusterApi Api { get; }

    /// <summary>The kinds that are kept.</summary>
    IReadOnlyList<ResourceKind> Kinds { get; }

    /// <summary>How many answers to edits there were.</summary>
    long Answers { get; }

    /// <summary>Takes a list for all there is of a kind; gives the version from which to watch.</summary>
    /// <param name="plural">The kind.</param>
    /// <param name="list">The list.</param>
    /// <param name="answersBefore">How many answers there were before the list was asked for.</param>
    string Replace(string plural, JsonElement list, long answersBefore);

    /// <summary>Takes what a watch tells.</summary>
    void Apply(string plural, WatchEventType type, JsonElement item);

    /// <summary>The API server does not know a kind, so there is nothing of it.</summary>
    void SetNone(string plural);

    /// <summary>The API server cannot be asked; what is known of a kind may be no longer so.</summary>
    void SetStale(string plural, string reason);
}
