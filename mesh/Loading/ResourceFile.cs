using System.Security.Cryptography;
using System.Text;
using MessageBoard.Mesh.Resources;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MessageBoard.Mesh.Loading;

/// <summary>What one file holds.</summary>
/// <param name="Resources">The resources that the mesh carries out.</param>
/// <param name="Problems">What was refused or passed over, and why.</param>
/// <param name="Refused">Whether anything was refused: the file is not as its writer meant it.</param>
internal sealed record ResourceFile(IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems, bool Refused)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>How many problems of one file are told; a broken one may have one at each of its lines.</summary>
    public const int MaxProblems = 100;

    private const string Security = "security.istio.io/";

    /// <summary>The version of a file: a hash of its bytes.</summary>
    public static string VersionOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));

    /// <summary>Whether this is one of Istio's networking groups, <c>networking.istio.io/v1</c> or an older one.</summary>
    public static bool IsNetworking(string apiVersion) => apiVersion.StartsWith("networking.istio.io/", StringComparison.Ordinal);

    /// <summary>A file that cannot be read at all.</summary>
    public static ResourceFile Unreadable(string file, int? line, string reason) => new([], [new(file, line, null, reason)], Refused: true);

    /// <summary>Reads all resources of a text; whatever is wrong with it ends in <see cref="Problems"/>.</summary>
    public static ResourceFile Read(string file, string text)
    {
        // A write that was only begun looks so; who wants the resources gone deletes the file.
        if (string.IsNullOrWhiteSpace(text))
            return Unreadable(file, null, "is empty");

        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlDocuments.Read(text);
        }
        catch (YamlException exception)
        {
            return Unreadable(file, (int)exception.Start.Line, exception.Message);
        }

        var reader = new Reader(file, VersionOf(Encoding.UTF8.GetBytes(text)));
        foreach (var document in documents)
            reader.ReadDocument(document);

        return reader.Finish();
    }

    private sealed class Reader(string file, string version)
    {
        private readonly List<IMeshResource> _resources = [];
        private readonly List<MeshProblem> _problems = [];
        private int _refusals, _untold;

        public ResourceFile Finish()
        {
            if (_untold > 0)
                _problems.Add(new(file, null, null, $"and {_untold} more"));

            return new(_resources, _problems, _refusals > 0);
        }

        public void ReadDocument(YamlNode document)
        {
            if (document is YamlMappingNode mapping)
                ReadResource(mapping);
            else if (document is not YamlScalarNode { Value: "" or null })
                Refuse((int)document.Start.Line, null, "a resource has to be a mapping");
        }

        private void ReadResource(YamlMappingNode document)
        {
            string? resource = null;
            var before = _refusals;
            var fields = new YamlFields(document, "", (line, message) => Refuse(line, resource, message));

            var apiVersion = fields.RequiredText("apiVersion");
            var kind = fields.RequiredText("kind");
            if (apiVersion is null || kind is null)
                return;

            if (!IsNetworking(apiVersion) && !apiVersion.StartsWith(Security, StringComparison.Ordinal))
                return; // another system's

            var metadata = fields.Object("metadata");
            var id = new ResourceId(kind, metadata?.Text("namespace") ?? HostNames.DefaultNamespace, metadata?.RequiredText("name") ?? "", file, version);
            resource = id.Name.Length == 0 ? kind : $"{kind} {id.Name}";
            if (id.Name.Length == 0 && metadata is null)
                fields.Report("metadata", "is missing");

            if (Read(id, fields) is { } read && _refusals == before)
                _resources.Add(read);
        }

        private IMeshResource? Read(ResourceId id, YamlFields fields)
        {
            Func<ResourceId, YamlFields, IMeshResource>? read = id.Kind switch
            {
                "VirtualService" => VirtualServiceReader.Read,
                "DestinationRule" => DestinationRuleReader.Read,
                "ServiceEntry" => ServiceEntryReader.Read,
                "WorkloadEntry" => WorkloadEntryReader.Read,
                _ => null,
            };
            if (read is null)
            {
                // Named, but no reason to hold back what else the file says.
                Tell(new(file, fields.Line, $"{id.Kind} {id.Name}", $"kind {id.Kind} is not carried out by the local mesh yet"));
                return null;
            }

            var spec = fields.Object("spec");
            if (spec is null)
                fields.Report("spec", "is missing");

            fields.Ignore("status"); // written by controllers, not by people
            fields.Done();
            return spec is null ? null : read(id, spec);
        }

        private void Refuse(int line, string? resource, string message)
        {
            _refusals++;
            Tell(new(file, line, resource, message));
        }

        private void Tell(MeshProblem problem)
        {
            if (_problems.Count < MaxProblems)
                _problems.Add(problem);
            else
                _untold++;
        }
    }
}
