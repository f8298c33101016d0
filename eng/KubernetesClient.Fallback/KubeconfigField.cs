using System.Text;
using k8s.Exceptions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace k8s;

/// <summary>A field of a kubeconfig, there or not, that knows its place for messages.</summary>
/// <param name="File">The kubeconfig's full path.</param>
/// <param name="Place">Such as <c>users[admin].user.token</c>; empty for the whole file.</param>
/// <param name="Node">What is there; null for nothing.</param>
internal sealed record KubeconfigField(string File, string Place, YamlNode? Node)
{
    /// <summary>Null when it is not there or empty.</summary>
    public string? Text => Node is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;

    public bool IsTrue => Text is "true";

    public IEnumerable<KubeconfigField> Items =>
        Node is YamlSequenceNode sequence ? sequence.Select((item, index) => new KubeconfigField(File, $"{Place}[{index}]", item)) : [];

    public KubeconfigField this[string name] => new(
        File, Place is "" ? name : $"{Place}.{name}", Node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var child) ? child : null);

    public static KubeconfigField Load(string path)
    {
        var file = Path.GetFullPath(path);
        try
        {
            using var reader = new StreamReader(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return new KubeconfigField(file, "", yaml.Documents is [var document, ..] ? document.RootNode : null);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KubeConfigException($"kubeconfig file not found at {file}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{file}: the kubeconfig cannot be read", problem);
        }
        catch (YamlException problem)
        {
            // not its message: that may quote the file
            throw new KubeConfigException($"{file}: line {problem.Start.Line} is not YAML");
        }
    }

    /// <summary>The entry of a list of named entries.</summary>
    public KubeconfigField Named(string name) =>
        Items.FirstOrDefault(item => item["name"].Text == name) is { } found
            ? found with { Place = $"{Place}[{name}]" }
            : throw new KubeConfigException($"{File}: {Place} has no entry {name}");

    public string Required() => Text ?? throw Error("is missing");

    public KubeConfigException Error(string problem) => new($"{File}: {Place} {problem}");

    /// <summary>The text that is here in base64.</summary>
    public string FromBase64()
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(Required()));
        }
        catch (FormatException)
        {
            throw Error("is not base64");
        }
    }
}
