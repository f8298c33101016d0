using System.Buffers;
using System.Security.Cryptography;
using MessageBoard.Mesh.GatewayApi;
using YamlDotNet.Core;

namespace MessageBoard.Mesh.Loading;

/// <summary>What one file holds.</summary>
/// <param name="Resources">The resources that the mesh carries out.</param>
/// <param name="Problems">What was refused, and why.</param>
/// <param name="Statuses">What became of each of its documents; one without a kind when the file could not be read.</param>
internal sealed record ResourceFile(
    IReadOnlyList<IMeshResource> Resources, IReadOnlyList<MeshProblem> Problems, IReadOnlyList<ResourceStatus> Statuses)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>How many problems of one file are told; a broken one may have one at each of its lines.</summary>
    public const int MaxProblems = 100;

    /// <summary>
    /// Refuses what is no UTF-8. The byte order mark stays a character of the text, so that what is written back is what was read.
    /// </summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Those documents of which nothing was refused, where they were read one by one.</summary>
    public IReadOnlyList<ReadDocument> Documents { get; init; } = [];

    /// <summary>Whether anything was refused: the file is not as its writer meant it.</summary>
    public bool Refused => Problems.Count > 0;

    /// <summary>The version of a text: a hash of its bytes in UTF-8.</summary>
    public static string VersionOf(ReadOnlySpan<char> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var version = VersionOf(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
        return version;
    }

    /// <summary>The version of a file: a hash of its bytes.</summary>
    public static string VersionOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>A file that cannot be read at all.</summary>
    public static ResourceFile Unreadable(string file, int? line, string reason)
    {
        var problem = new MeshProblem(file, line, null, null, reason);
        return new([], [problem], [new("", "", null, null, file, line ?? 1, ResourceState.Refused, [problem], [])]);
    }

    /// <summary>The text of a file; null, and why, when it is none that is read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static string? ReadText(string path, out string problem)
    {
        problem = $"is larger than {MaxBytes} bytes";
        using var file = File.OpenRead(path);
        var bytes = new byte[file.CanSeek ? Math.Min(file.Length, MaxBytes + 1) : MaxBytes + 1]; // a pipe does not know its length
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
            return null;

        try
        {
            return Utf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            problem = "is not UTF-8";
            return null;
        }
    }

    /// <summary>Reads all resources of a text; whatever is wrong with it ends in <see cref="Problems"/>.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="text">Its text.</param>
    /// <param name="isIstios">Whether Istio itself carries it out, see <see cref="DocumentReport"/>.</param>
    public static ResourceFile Read(string file, string text, bool isIstios = false) => Read(file, text, null, isIstios);

    /// <summary>The same of a text that may have been read before, of which only what has changed is.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="text">Its text.</param>
    /// <param name="documents">The text's documents.</param>
    public static ResourceFile Read(string file, string text, FileDocuments documents) => Read(file, text, documents, isIstios: false);

    private static ResourceFile Read(string file, string text, FileDocuments? documents, bool isIstios)
    {
        // A write that was only begun looks so; who wants the resources gone deletes the file.
        if (string.IsNullOrWhiteSpace(text))
            return Unreadable(file, null, "is empty");

        try
        {
            return ReadPlain(file, text, documents, isIstios) ?? Read(file, YamlDocuments.ReadItems(text), isIstios);
        }
        catch (YamlException exception)
        {
            return Unreadable(file, (int)exception.Start.Line, exception.Message);
        }
    }

    /// <summary>Reads all resources of a text that was taken apart.</summary>
    /// <inheritdoc cref="Read(string, string, bool)"/>
    public static ResourceFile Read(string file, IReadOnlyList<YamlItem> documents, bool isIstios = false)
    {
        var reader = new Reader(file, isIstios);
        foreach (var document in documents)
            reader.ReadDocument(document);

        return reader.Finish();
    }

    // One document after the other, so that hardly more than one is taken apart at a time.
    private static ResourceFile? ReadPlain(string file, string text, FileDocuments? documents, bool isIstios)
    {
        if (!PlainYaml.IsKnown(text))
            return null;

        var places = documents?.Places ?? DocumentText.Split(text);
        if (places.Count > YamlDocuments.MaxDocuments)
            return null;

        var yaml = new PlainYaml(text);
        var (reader, items) = (new Reader(file, isIstios), 0);
        for (var i = 0; i < places.Count; i++)
        {
            if (documents?.Unchanged(i) is { } unchanged)
            {
                items += unchanged.Items;
                reader.Add(unchanged);
            }
            else if (yaml.Read(places[i]) is { } read)
            {
                items += yaml.Items;
                reader.ReadDocument(read);
                if (documents is not null)
                    reader.Remember(places[i].Line, documents[i], yaml.Items);
            }
            else
            {
                return null;
            }

            if (items > YamlDocuments.MaxItems)
                return null;
        }

        return reader.Finish();
    }

    private sealed class Reader(string file, bool isIstios)
    {
        private readonly List<IMeshResource> _resources = [];
        private readonly List<MeshProblem> _problems = [];
        private readonly List<ResourceStatus> _statuses = [];
        private readonly List<ReadDocument> _documents = [];
        private IMeshResource? _last;
        private int _refusals;

        public ResourceFile Finish()
        {
            if (_refusals > _problems.Count)
                _problems.Add(new(file, null, null, null, $"and {_refusals - _problems.Count} more"));

            return new(_resources, _problems, _statuses) { Documents = _documents };
        }

        public void Add(ReadDocument document)
        {
            if (document.Resource is { } resource)
                _resources.Add(resource);

            _statuses.Add(document.Status);
            _documents.Add(document);
        }

        /// <summary>Keeps what the last document said for the next time.</summary>
        public void Remember(int line, string version, int items)
        {
            if (_statuses[^1] is { State: not ResourceState.Refused } status)
                _documents.Add(new(line, version, items, _last, status));
        }

        public void ReadDocument(YamlItem document)
        {
            if (document is YamlText { IsNull: true })
                return;

            _last = null;
            var report = new DocumentReport(file, isIstios);
            if (document is YamlMap map)
            {
                ReadResource(map, report);
            }
            else
            {
                report.Refuse(document.Line, null, "a resource has to be a mapping");
                Add("", "", null, null, document.Line, ResourceState.Refused, report);
            }

            _refusals += report.Refusals;
            _problems.AddRange(report.Problems.Take(MaxProblems - _problems.Count));
        }

        private void ReadResource(YamlMap document, DocumentReport report)
        {
            var fields = new YamlFields(document, report);
            var (apiVersion, kind) = (fields.RequiredText("apiVersion") ?? "", fields.RequiredText("kind") ?? "");
            if (report.Refusals > 0 || !(IstioKinds.IsGroup(apiVersion) || GatewayKinds.IsGroup(apiVersion)))
            {
                // Another system's, whose names are not checked.
                var other = document.IndexOf("metadata") is >= 0 and var at ? document[at].Value as YamlMap : null;
                var name = other?.TryGetText("name", out var text) == true ? text : null;
                if (apiVersion == "v1" && other?.TryGetText("namespace", out var ns) == true
                    && MeshConfigReader.IsMeshConfig(new(kind, ns, name ?? "")))
                    ReadMeshConfig(fields, document.Line, report);
                else
                    Add(
                        apiVersion, kind, null, name, document.Line,
                        report.Refusals > 0 ? ResourceState.Refused : ResourceState.PassedOver, report);

                return;
            }

            var metadata = fields.Object("metadata");
            var key = new ResourceKey(
                kind, metadata?.FilledText("namespace") ?? HostNames.DefaultNamespace, metadata?.RequiredText("name") ?? "");
            report.Resource = key;
            if (metadata is null && !fields.Has("metadata"))
                fields.Report("metadata", "is missing");

            if (key.Name.Length > 0 && !NameRules.IsResourceName(key.Name))
                metadata!.Report("name", $"'{key.Name}' is no resource's name: lower-case letters, digits, '-' and '.'");

            if (!NameRules.IsDnsLabel(key.Namespace))
                metadata!.Report("namespace", $"'{key.Namespace}' is no namespace's name");

            var created = metadata is null ? null : TimestampReader.Read(metadata, "creationTimestamp");
            var isGateways = GatewayKinds.IsGroup(apiVersion);
            if ((isGateways ? GatewayKinds.Problem(apiVersion, kind) : IstioKinds.Problem(apiVersion, kind)) is { } problem)
                fields.Report(problem.Field, problem.Message);
            else
                ReadSpec(key, fields, metadata, report, isGateways);

            Add(
                apiVersion, kind, key.Namespace, key.Name.Length == 0 ? null : key.Name, document.Line,
                report.Refusals > 0 ? ResourceState.Refused : ResourceState.Accepted, report, created);
        }

        private void ReadMeshConfig(YamlFields fields, int line, DocumentReport report)
        {
            var key = report.Resource = MeshConfig.Default.Key;
            if (MeshConfigReader.Read(file, fields, report) is { } read && report.Refusals == 0)
                _resources.Add(_last = read);

            Add(
                "v1", key.Kind, key.Namespace, key.Name, line,
                report.Refusals > 0 ? ResourceState.Refused : ResourceState.Accepted, report);
        }

        private void ReadSpec(
            ResourceKey key, YamlFields fields, YamlFields? metadata, DocumentReport report, bool isGateways)
        {
            if (key.Kind != "AuthorizationPolicy")
                AuthorizationPolicyReader.RefuseDryRun(metadata);

            var spec = fields.Object("spec");
            if (spec is null && !fields.Has("spec"))
            {
                if (IstioKinds.MayLackSpec(key.Kind))
                    spec = new YamlFields(new YamlMap(fields.Line), report);
                else
                    fields.Report("spec", "is missing");
            }

            fields.Ignore("status"); // written by controllers, not by people
            fields.Done();
            if (spec is not null && (isGateways ? ReadGateways(key, spec, report) : Read(key, spec, metadata, report)) is { } read
                && report.Refusals == 0)
                _resources.Add(_last = read);
        }

        private GatewayHttpRoute? ReadGateways(ResourceKey key, YamlFields spec, DocumentReport report)
        {
            if (key.Kind == GatewayHttpRoute.Kind)
                return GatewayHttpRouteReader.Read(key, file, spec);

            GatewayOtherKindReader.Check(key.Kind, spec);
            report.Note(spec.Line, null, $"kind {key.Kind} of Gateway API is not carried out by the local mesh");
            return null;
        }

        private IMeshResource? Read(ResourceKey key, YamlFields spec, YamlFields? metadata, DocumentReport report)
        {
            switch (key.Kind)
            {
                case "VirtualService":
                    return VirtualServiceReader.Read(key, file, spec);
                case "DestinationRule":
                    return DestinationRuleReader.Read(key, file, spec);
                case "ServiceEntry":
                    return ServiceEntryReader.Read(key, file, spec);
                case "WorkloadEntry":
                    return WorkloadEntryReader.Read(key, file, spec, metadata);
                case "AuthorizationPolicy":
                    return AuthorizationPolicyReader.Read(key, file, spec, metadata);
                case "RequestAuthentication":
                    return RequestAuthenticationReader.Read(key, file, spec);
                case "Sidecar":
                    OtherKinds.Check(key.Kind, key.Name, spec);
                    return SidecarReader.Read(key, file, spec);
                default:
                    OtherKinds.Check(key.Kind, key.Name, spec);
                    report.Note(spec.Line, null, $"kind {key.Kind} is not carried out by the local mesh");
                    return null;
            }
        }

        private void Add(
            string apiVersion, string kind, string? ns, string? name, int line, ResourceState state, DocumentReport report,
            DateTimeOffset? created = null) =>
            _statuses.Add(new(apiVersion, kind, ns, name, file, line, state, report.Problems, report.NotCarriedOut) { Created = created });
    }
}
