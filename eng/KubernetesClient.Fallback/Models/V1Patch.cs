namespace k8s.Models;

/// <summary>The body of a patch.</summary>
public record V1Patch
{
    /// <param name="body">The patch as JSON text, or an object to be written as JSON.</param>
    /// <param name="type">How the server reads it.</param>
    public V1Patch(object body, PatchType type)
    {
        ArgumentNullException.ThrowIfNull(body);
        Content = body;
        Type = type is PatchType.Unknown ? throw new ArgumentException("the patch's type must be set", nameof(type)) : type;
    }

    /// <summary>The kinds of patch that the Kubernetes API knows.</summary>
    public enum PatchType
    {
        Unknown,

        /// <summary>RFC 6902.</summary>
        JsonPatch,

        /// <summary>RFC 7386.</summary>
        MergePatch,

        /// <summary>Kubernetes' own merge; custom resources refuse it with 415.</summary>
        StrategicMergePatch,

        /// <summary>Server-side apply; needs a field manager.</summary>
        ApplyPatch,
    }

    public object Content { get; }

    public PatchType Type { get; }
}
