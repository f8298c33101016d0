using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Resources;
using MessageBoard.MeshCheck.Given;
using MessageBoard.MeshKubernetes;

namespace MessageBoard.MeshCheck.Live;

/// <summary>What the API server of a cluster has.</summary>
/// <param name="Context">The kubeconfig's context.</param>
/// <param name="Files">The resources, a file each.</param>
internal sealed record LiveCluster(string Context, IReadOnlyList<GivenFile> Files)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">It cannot be read; the message says why.</exception>
    public static async Task<LiveCluster> ReadAsync(string? kubeconfig, string context)
    {
        var listed = await ClusterListing.ReadAsync(kubeconfig, context);
        return new(context, [.. listed.Select(Read)]);
    }

    /// <summary>The cluster as it is.</summary>
    public GivenMesh Mesh() => new(Files);

    /// <summary>The cluster as it would be with files applied to it.</summary>
    public GivenMesh With(IReadOnlyList<GivenFile> files)
    {
        var replaced = files.SelectMany(file => file.Documents).Select(document => document.Key).ToHashSet();
        return new([.. files, .. Files.Where(file => !file.Documents.Any(document => replaced.Contains(document.Key)))]);
    }

    /// <summary>Its resources by their keys.</summary>
    public IReadOnlyDictionary<ResourceKey, GivenDocument> Documents() =>
        Files.SelectMany(file => file.Documents).DistinctBy(document => document.Key).ToDictionary(document => document.Key);

    // What Istio has accepted is in force, whether the local mesh can do it or not.
    private static GivenFile Read(ListedResource listed)
    {
        var documents = YamlDocuments.ReadItems(listed.Yaml);
        return new(
            "", ResourceFile.Read(listed.Place, documents, isIstios: true),
            [.. documents.Select(document => GivenDocument.Of(listed.Place, document)).OfType<GivenDocument>()]);
    }
}
