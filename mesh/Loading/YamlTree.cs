using System.Diagnostics.CodeAnalysis;

namespace MessageBoard.Mesh.Loading;

/// <summary>A value of a YAML document.</summary>
/// <param name="line">The line on which it begins, from 1.</param>
internal abstract class YamlItem(int line)
{
    public int Line { get; } = line;
}

/// <summary>A scalar.</summary>
/// <param name="value">Its text.</param>
/// <param name="plain">Whether it stands without quotes, so that YAML may read it as a number, a truth value or null.</param>
/// <param name="line">The line on which it begins, from 1.</param>
internal sealed class YamlText(string value, bool plain, int line) : YamlItem(line)
{
    public string Value { get; } = value;

    public bool IsPlain { get; } = plain;

    /// <summary>Whether it is YAML's way to say nothing.</summary>
    public bool IsNull => IsPlain && YamlWords.IsNull(Value);
}

/// <summary>A sequence.</summary>
internal sealed class YamlList(int line) : YamlItem(line)
{
    public List<YamlItem> Items { get; } = [];
}

/// <summary>A mapping, its keys in the order of the text.</summary>
internal sealed class YamlMap(int line) : YamlItem(line)
{
    // Up to here looking through all keys is faster than a hash.
    private const int FewKeys = 16;

    private readonly List<KeyValuePair<YamlItem, YamlItem>> _entries = [];
    private Dictionary<string, int>? _index;

    public int Count => _entries.Count;

    public KeyValuePair<YamlItem, YamlItem> this[int index] => _entries[index];

    /// <summary>Adds an entry; false when the key is there already.</summary>
    public bool TryAdd(YamlItem key, YamlItem value)
    {
        if (key is YamlText { Value: var name })
        {
            if (IndexOf(name) >= 0)
                return false;

            if (_entries.Count == FewKeys)
                _index = MakeIndex();

            _index?.Add(name, _entries.Count);
        }

        _entries.Add(new(key, value));
        return true;
    }

    /// <summary>The entry with this key; -1 when there is none.</summary>
    public int IndexOf(string name)
    {
        if (_index is not null)
            return _index.TryGetValue(name, out var found) ? found : -1;

        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key is YamlText key && key.Value == name)
                return i;
        }

        return -1;
    }

    /// <summary>The text under this key, where it is one.</summary>
    public bool TryGetText(string name, [NotNullWhen(true)] out string? value)
    {
        value = IndexOf(name) is >= 0 and var index && _entries[index].Value is YamlText { IsNull: false } text ? text.Value : null;
        return value is not null;
    }

    private Dictionary<string, int> MakeIndex()
    {
        var index = new Dictionary<string, int>();
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key is YamlText key)
                index.Add(key.Value, i);
        }

        return index;
    }
}
