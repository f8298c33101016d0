using System.Security.Cryptography;
using System.Text;
using MessageBoard.Mesh.Resources;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Loading;

/// <summary>What one file holds.</summary>
/// <param name="Resources">The resources that the mesh carries out.</param>
/// <param name="Problems">What was refused, and why.</param>
internal sealed record ResourceFile(IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const string Networking = "networking.istio.io/", Security = "security.istio.io/";

    /// <summary>The version of a text: a hash of it.</summary>
    public static string VersionOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>Reads all resources of a text; whatever is wrong with it ends in <see cref="Problems"/>.</summary>
    public static ResourceFile Read(string file, string text)
    {
        var problems = new List<MeshProblem>();
        var resources = new List<IMeshResource>();
        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlDocuments.Read(text);
        }
        catch (YamlException exception)
        {
            return new([], [new(file, (int)exception.Start.Line, null, exception.Message)]);
        }

        var version = VersionOf(text);
        foreach (var document in documents)
        {
            if (document is YamlMappingNode mapping)
                ReadDocument(mapping, file, version, resources, problems);
            else if (document is not YamlScalarNode { Value: "" or null })
                problems.Add(new(file, (int)document.Start.Line, null, "a resource has to be a mapping"));
        }

        return new(resources, problems);
    }

    private static void ReadDocument(YamlMappingNode document, string file, string version, List<IMeshResource> resources, List<MeshProblem> problems)
    {
        string? resource = null;
        var before = problems.Count;
        var fields = new YamlFields(document, "", (line, message) => problems.Add(new(file, line, resource, message)));

        var apiVersion = fields.RequiredText("apiVersion");
        var kind = fields.RequiredText("kind");
        if (apiVersion is null || kind is null)
            return;

        var isIstios = apiVersion.StartsWith(Networking, StringComparison.Ordinal) || apiVersion.StartsWith(Security, StringComparison.Ordinal);
        if (!isIstios)
            return; // another system's

        var metadata = fields.Object("metadata");
        var id = new ResourceId(kind, metadata?.Text("namespace") ?? HostNames.DefaultNamespace, metadata?.RequiredText("name") ?? "", file, version);
        resource = id.Name.Length == 0 ? kind : $"{kind} {id.Name}";
        if (id.Name.Length == 0 && metadata is null)
            fields.Report("metadata", "is missing");

        if (fields.Object("spec") is not { } spec)
        {
            fields.Report(null, "spec is missing");
            return;
        }

        IMeshResource? read = kind switch
        {
            "VirtualService" => VirtualServiceReader.Read(id, spec),
            "DestinationRule" => DestinationRuleReader.Read(id, spec),
            "ServiceEntry" => ServiceEntryReader.Read(id, spec),
            "WorkloadEntry" => WorkloadEntryReader.Read(id, spec),
            _ => null,
        };
        if (read is null)
            problems.Add(new(file, (int)document.Start.Line, resource, $"kind {kind} is not carried out by the local mesh yet"));
        else if (problems.Count == before)
            resources.Add(read);
    }
}
