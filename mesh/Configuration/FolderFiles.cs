using System.IO.Enumeration;
using MessageBoard.Mesh.Editing;
using MessageBoard.Mesh.Loading;
using MessageBoard.Mesh.Snapshots;
using MessageBoard.Mesh.Tls;

namespace MessageBoard.Mesh.Configuration;

/// <summary>The YAML files of a folder and all below it, as they were last read. Names that begin with a dot are passed over.</summary>
/// <param name="folder">The folder's full path.</param>
internal sealed class FolderFiles(string folder)
{
    private readonly Dictionary<string, LoadedFile> _files = [];
    private readonly FolderAges _ages = new(folder, TimeProvider.System);
    private IReadOnlyList<(string Path, DateTime Written, long Length)> _named = [];

    /// <summary>Whether a file is passed over for its name or that of a folder it is in.</summary>
    /// <param name="name">Its path in the folder.</param>
    public static bool IsHidden(string name) =>
        name is ['.', ..] || name.Contains($"{Path.DirectorySeparatorChar}.", StringComparison.Ordinal);

    /// <summary>A file as it was last read.</summary>
    public LoadedFile this[string name] => _files[name];

    /// <summary>Reads what has changed; false when nothing has.</summary>
    public bool Refresh()
    {
        var changed = false;
        var found = new HashSet<string>();
        foreach (var path in EnumerateFiles())
        {
            var name = Path.GetRelativePath(folder, path);
            found.Add(name);
            changed |= TryLoad(path, name);
        }

        foreach (var gone in _files.Keys.Where(name => !found.Contains(name)).ToList())
            changed |= _files.Remove(gone);

        // Whether the files that the resources name are there, and good, is told with them.
        var named = NamedFiles.Stamps(_files.Values.SelectMany(file => file.Resources));
        changed |= !named.SequenceEqual(_named);
        _named = named;
        var isWhole = _files.Values.All(file => file.Statuses.All(status => status.Status.Kind.Length > 0));
        return _ages.Update(changed, Found(), isWhole) || changed;
    }

    /// <summary>Compiles what is in force of the files.</summary>
    public MeshSnapshot Compile(MeshProxy proxy) => Compile(_files, proxy);

    /// <summary>Compiles what would be in force if a file were another.</summary>
    public MeshSnapshot CompileWith(string name, LoadedFile file, MeshProxy proxy) =>
        Compile(_files.Where(other => other.Key != name).Append(new(name, file)), proxy);

    /// <summary>A file as it would be after a write of this text.</summary>
    public LoadedFile Parse(string name, string text) => Load(name, text, "", _files[name]);

    /// <summary>Writes a text that was parsed.</summary>
    public void Write(string name, ReadOnlySpan<byte> text, LoadedFile parsed)
    {
        AtomicFile.Write(Path.Combine(folder, name), text);
        _files[name] = parsed; // without a stamp: it is read once more, and what another program has written since is noticed
    }

    /// <summary>The file's text as it is now; null when it is none.</summary>
    public string? ReadText(string name) => ResourceFile.ReadText(Path.Combine(folder, name), out _);

    /// <summary>When a file was last written; now when it is gone.</summary>
    public DateTimeOffset WrittenAt(string name) =>
        File.Exists(Path.Combine(folder, name)) ? new(File.GetLastWriteTimeUtc(Path.Combine(folder, name))) : DateTimeOffset.UtcNow;

    /// <summary>The file of which a resource is in force; null when there is none.</summary>
    public string? FileHolding(ResourceKey key) =>
        _files.FirstOrDefault(file => file.Value.Resources.Any(resource => resource.Key == key)).Key;

    // Of rivals the older is in force; of the same age the name decides (configCompareByCreationTime in pilot/pkg/model/config.go).
    private MeshSnapshot Compile(IEnumerable<KeyValuePair<string, LoadedFile>> all, MeshProxy proxy)
    {
        var files = all.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value).ToList();
        var aged = files
            .SelectMany(file => file.Resources, (file, resource) => (Resource: resource, Created: CreatedOf(file, resource.Key)))
            .OrderBy(each => each.Created ?? DateTimeOffset.MaxValue)
            .ThenBy(each => each.Resource.Key.Name, StringComparer.Ordinal)
            .ThenBy(each => each.Resource.Key.Namespace, StringComparer.Ordinal)
            .ThenByDescending(each => _ages.Of(each.Resource.Key)?.File == each.Resource.File)
            .Select(each => each.Resource);
        IMeshResource[] resources = [.. aged];
        return MeshSnapshot.Create(
            resources, [.. files.SelectMany(file => file.Problems)],
            [.. files.SelectMany(file => file.Statuses, (file, status) => WithAge(file, status))], proxy,
            [.. NamedFiles.Problems(resources)]);
    }

    private DateTimeOffset? CreatedOf(LoadedFile file, ResourceKey key) =>
        file.Created.TryGetValue(key, out var created) ? created : _ages.Of(key)?.Since;

    private ConfiguredResource WithAge(LoadedFile file, ConfiguredResource resource) => resource.Key is not { } key
        ? resource
        : resource with { Status = resource.Status with { Created = resource.Status.Created ?? CreatedOf(file, key) } };

    // What a refused file held before is there as well as what it would hold.
    private IEnumerable<(ResourceKey Key, string File, DateTime Born)> Found() =>
        from file in _files.OrderBy(file => file.Key, StringComparer.Ordinal)
        from key in file.Value.Resources.Select(resource => resource.Key)
            .Concat(file.Value.Statuses.Where(status => status.Status.State != ResourceState.PassedOver).Select(status => status.Key))
            .Distinct()
        where key is not null
        select (key, file.Key, file.Value.Born);

    // Folders with a dot are not even looked into: the versions of many resources are far more files than the resources have.
    private FileSystemEnumerable<string> EnumerateFiles() =>
        new(
            folder, (ref entry) => entry.ToFullPath(),
            new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldRecursePredicate = (ref entry) => entry.FileName is not ['.', ..],
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName is not ['.', ..]
                && Path.GetExtension(entry.FileName) is ".yaml" or ".yml",
        };

    /// <summary>Reads a file if it is another than before; true when that makes a difference.</summary>
    private bool TryLoad(string path, string name)
    {
        var before = _files.GetValueOrDefault(name);
        try
        {
            var info = new FileInfo(path);
            var stamp = FileStamp.Of(info);
            if (stamp.IsOld && before?.Stamp == stamp)
                return false;

            var text = ResourceFile.ReadText(path, out var problem);
            if (text is not null && DocumentText.VersionOf(text) == before?.Version)
            {
                _files[name] = before with { Stamp = stamp };
                return false;
            }

            _files[name] = Load(name, text, problem, before) with { Stamp = stamp, Born = info.CreationTimeUtc };
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return _files.Remove(name); // gone between the listing and now
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _files[name] = Load(name, null, "cannot be read", before);
            return before is null || before.Version.Length > 0 || before.Stamp != default;
        }
    }

    // What was refused keeps what it held before.
    private static LoadedFile Load(string name, string? text, string problem, LoadedFile? before)
    {
        var documents = new FileDocuments(text ?? "", before?.Documents ?? []);
        var read = text is null ? ResourceFile.Unreadable(name, null, problem) : ResourceFile.Read(name, text, documents);
        var isHeldBack = read.Refused && before is not null;
        var version = text is null ? "" : DocumentText.VersionOf(text);
        return new(
            default, before?.Born ?? DateTime.UtcNow, version, isHeldBack ? before!.Resources : read.Resources,
            isHeldBack ? before!.Created : CreatedIn(read.Statuses), read.Problems, [.. read.Statuses.Select(Configured)], read.Refused)
        {
            Documents = read.Documents,
        };

        ConfiguredResource Configured(ResourceStatus status)
        {
            var document = DocumentText.IndexOf(documents.Places, status.Line);
            if (isHeldBack && status.State == ResourceState.Accepted)
                status = status with
                {
                    State = ResourceState.Refused,
                    Problems = [new(name, status.Line, status.Key, null, $"is not in force before {name} is mended")],
                };

            return new(
                status,
                document >= 0 ? documents[document] : "",
                document >= 0 && status is { Name: not null, Namespace: not null } && !IsLaunchers(name))
            {
                IsGenerated = IsLaunchers(name),
            };
        }
    }

    // The launcher writes what runs, and would write it again.
    private static bool IsLaunchers(string file) => file.Split(Path.DirectorySeparatorChar)[0] == "workloads";

    private static Dictionary<ResourceKey, DateTimeOffset> CreatedIn(IEnumerable<ResourceStatus> statuses)
    {
        var created = new Dictionary<ResourceKey, DateTimeOffset>();
        foreach (var status in statuses)
        {
            if (status is { Key: { } key, Created: { } time })
                created.TryAdd(key, time);
        }

        return created;
    }

    /// <summary>A file as it was read.</summary>
    /// <param name="Stamp">By which it is seen whether it has changed.</param>
    /// <param name="Born">When it was made, or written if the file system does not tell; UTC.</param>
    /// <param name="Version">A hash of its text; empty when it could not be read.</param>
    /// <param name="Resources">What is in force of it.</param>
    /// <param name="Created">Their creationTimestamps, of those that have one.</param>
    /// <param name="Problems">What was refused in it.</param>
    /// <param name="Statuses">Its documents.</param>
    /// <param name="Refused">Whether anything was refused.</param>
    internal sealed record LoadedFile(
        FileStamp Stamp, DateTime Born, string Version, IReadOnlyList<IMeshResource> Resources,
        IReadOnlyDictionary<ResourceKey, DateTimeOffset> Created, IReadOnlyList<MeshProblem> Problems,
        IReadOnlyList<ConfiguredResource> Statuses, bool Refused)
    {
        /// <summary>What need not be read again as long as it does not change.</summary>
        public IReadOnlyList<ReadDocument> Documents { get; init; } = [];
    }
}
