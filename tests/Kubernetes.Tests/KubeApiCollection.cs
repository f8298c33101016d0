namespace MessageBoard.MeshKubernetes.Tests;

/// <summary>One pair of API servers for all classes that join.</summary>
[CollectionDefinition(nameof(KubeApi))]
public sealed class KubeApiCollection : ICollectionFixture<KubeApi>;
