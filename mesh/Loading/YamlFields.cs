namespace MessageBoard.Mesh.Loading;

/// <summary>
/// Reads the fields of a YAML mapping, strictly: what has the wrong type, and what nobody has asked for in the end, is reported
/// with its path and line. All errors are collected; a field with an error reads as if it were missing.
/// </summary>
internal sealed class YamlFields
{
    private const string NotDone = "is not carried out by the local mesh";

    private readonly YamlMap _map;
    private readonly YamlFields? _parent;
    private readonly string _name;
    private readonly int _index;
    private readonly DocumentReport _report;
    private readonly bool[] _read;

    public YamlFields(YamlMap document, DocumentReport report)
        : this(document, null, "", -1, report)
    {
    }

    private YamlFields(YamlMap map, YamlFields? parent, string name, int index, DocumentReport report)
    {
        (_map, _parent, _name, _index, _report) = (map, parent, name, index, report);
        _read = new bool[map.Count];
    }

    /// <summary>Where it stands in the document; null for the document itself.</summary>
    public FieldPath? Path => _parent is null ? null : _index < 0 ? _parent.Child(_name) : _parent.Child(_name)[_index];

    /// <summary>The line on which the mapping begins, from 1.</summary>
    public int Line => _map.Line;

    public bool IsEmpty => _map.Count == 0;

    /// <summary>Whether Istio itself carries it out, see <see cref="DocumentReport"/>.</summary>
    public bool IsIstios => _report.IsIstios;

    /// <summary>The names that the mapping has.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            for (var i = 0; i < _map.Count; i++)
            {
                if (_map[i].Key is YamlText key)
                    yield return key.Value;
            }
        }
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => _map.IndexOf(name) is >= 0 and var index && _map[index].Value is not YamlText { IsNull: true };

    /// <summary>The line on which the field's value begins, from 1; that of the mapping when it is not there.</summary>
    public int LineOf(string name) => _map.IndexOf(name) is >= 0 and var index ? _map[index].Value.Line : Line;

    /// <summary>Whether a list is not there, or has no items.</summary>
    public bool IsEmptyList(string name) => !Has(name) || _map[_map.IndexOf(name)].Value is YamlList { Items.Count: 0 };

    /// <summary>Whether a field is there and says nothing: an empty text, list or mapping.</summary>
    public bool IsGivenEmpty(string name) => _map.IndexOf(name) is >= 0 and var index && _map[index].Value switch
    {
        YamlText text => text is { IsNull: false, Value: "" },
        YamlList list => list.Items.Count == 0,
        _ => ((YamlMap)_map[index].Value).Count == 0,
    };

    public string? Text(string name) => Find(name) is { } item ? ReadText(item, name, -1) : null;

    /// <summary>A text.</summary>
    /// <param name="name">The field.</param>
    /// <param name="problem">What is wrong with the text; null for nothing.</param>
    public string? Text(string name, Func<string, string?> problem)
    {
        var text = Text(name);
        if (text is null || problem(text) is not { } wrong)
            return text;

        Report(name, wrong);
        return null;
    }

    /// <summary>A text, where an empty one says as little as none, as in protobuf.</summary>
    public string? FilledText(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public string? RequiredText(string name)
    {
        var text = Text(name);
        if (text is { Length: > 0 })
            return text;

        if (text is not null || !Has(name))
            Report(name, "is missing");

        return null;
    }

    /// <summary>One of the words of an enumeration.</summary>
    public string? Word(string name, params ReadOnlySpan<string> words)
    {
        var text = Text(name);
        if (text is null || words.Contains(text))
            return text;

        Report(name, $"has to be one of {string.Join(", ", words!)}, not '{text}'");
        return null;
    }

    public int? Whole(string name, int min, int max) => (int?)WholeLong(name, min, max);

    /// <summary>A protobuf uint32, bounded to what an int holds: more is no sensible limit of anything.</summary>
    public int? Count(string name) => WholeLong(name, 0, uint.MaxValue) is { } count ? (int)Math.Min(count, int.MaxValue) : null;

    public IReadOnlyList<int> Wholes(string name, int min, int max)
    {
        if (Items(name) is not { Count: > 0 } items)
            return [];

        var numbers = new List<int>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (IsWhole(items[i], min, max, out var number))
                numbers.Add((int)number);
            else
                _report.Refuse(items[i].Line, Child(name)[i], $"has to be a whole number from {min} to {max}");
        }

        return numbers;
    }

    public double? Number(string name, double min, double max)
    {
        var item = Find(name);
        if (item is null)
            return null;

        return item is YamlText { IsPlain: true, Value: var text }
            && double.TryParse(
                text, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite),
                CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max
            ? value
            : Wrong<double?>(item, name, string.Create(CultureInfo.InvariantCulture, $"has to be a number from {min} to {max}"));
    }

    public bool Flag(string name) => OptionalFlag(name) ?? false;

    public bool? OptionalFlag(string name) => Find(name) switch
    {
        null => null,
        YamlText { IsPlain: true, Value: var text } when YamlWords.Truth(text) is { } truth => truth,
        var other => Wrong<bool?>(other, name, "has to be true or false"),
    };

    /// <summary>A duration as most of Istio's rules have it.</summary>
    public TimeSpan? Duration(string name) => Duration(name, DurationRule.WholeMilliseconds);

    /// <summary>A duration; a part of it that is shorter than a tick of 100 ns is left out.</summary>
    public TimeSpan? Duration(string name, DurationRule rule)
    {
        if (Find(name) is not { } item)
            return null;

        if (item is YamlText { Value: var text } && GoDuration.TryParse(text, out var nanoseconds) && rule.Allows(nanoseconds))
            return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

        Report(name, $"has to be a duration of {rule.Text}");
        return null;
    }

    public YamlFields? Object(string name) => Find(name) switch
    {
        null => null,
        YamlMap map => new(map, this, name, -1, _report),
        var other => Wrong<YamlFields>(other, name, "has to be a mapping"),
    };

    public IReadOnlyList<YamlFields> Objects(string name)
    {
        if (Items(name) is not { Count: > 0 } items)
            return [];

        var objects = new List<YamlFields>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is YamlMap map)
                objects.Add(new(map, this, name, i, _report));
            else
                _report.Refuse(items[i].Line, Child(name)[i], "has to be a mapping");
        }

        return objects;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="name">The field.</param>
    /// <param name="problem">What is wrong with a text; null for nothing.</param>
    /// <param name="mayBeEmpty">Whether a text may be empty.</param>
    public IReadOnlyList<string> Texts(string name, Func<string, string?>? problem = null, bool mayBeEmpty = false)
    {
        if (Items(name) is not { Count: > 0 } items)
            return [];

        var texts = new List<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (ReadText(items[i], name, i) is not { } text)
                continue;

            if ((text.Length == 0 && !mayBeEmpty ? "must not be empty" : problem?.Invoke(text)) is { } wrong)
                _report.Refuse(items[i].Line, Child(name)[i], wrong);
            else
                texts.Add(text);
        }

        return texts;
    }

    /// <summary>A mapping from names to texts, such as labels.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string name) => Map(name, (fields, key) => fields.Text(key) ?? "");

    /// <summary>A mapping from names that the writer chooses, in their order.</summary>
    public IReadOnlyDictionary<string, T> Map<T>(string name, Func<YamlFields, string, T> read) => Entries(name, read).ToDictionary();

    /// <summary>The entries of a mapping from names that the writer chooses, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Entries<T>(string name, Func<YamlFields, string, T> read)
    {
        if (Object(name) is not { } fields)
            return [];

        var entries = fields.Names.Select(key => KeyValuePair.Create(key, read(fields, key))).ToArray();
        fields.RefuseUnknown(); // every name was asked for: only keys that are no names are left
        return entries;
    }

    /// <summary>Passes over a mapping whose fields are another system's.</summary>
    /// <param name="name">The field.</param>
    /// <param name="problem">What is wrong with the mapping; null for nothing.</param>
    public void AnyObject(string name, Func<YamlMap, string?>? problem = null)
    {
        var item = Find(name);
        if (item is YamlMap map)
        {
            if (problem?.Invoke(map) is { } wrong)
                Report(name, wrong);
        }
        else if (item is not null)
        {
            Wrong<YamlFields>(item, name, "has to be a mapping");
        }
    }

    /// <summary>Refuses something about a field, or with null about the mapping itself.</summary>
    public void Report(string? name, string message)
    {
        if (_report.IsFull)
            _report.RefuseUntold();
        else
            _report.Refuse(Place(name).Line, name is null ? Path : Child(name), message);
    }

    /// <summary>Refuses a field, if it is there, because it would change the traffic and the local mesh cannot do it.</summary>
    public void Refuse(string? name, string message = NotDone)
    {
        if (name is null)
            _report.RefuseHere(Line, Path, message);
        else if (Find(name) is { } item)
            _report.RefuseHere(item.Line, Child(name), message);
    }

    /// <summary>Refuses a list or a mapping that has more than so many items.</summary>
    public void AtMost(string name, int count)
    {
        var items = Has(name) ? _map[_map.IndexOf(name)].Value : null;
        if ((items is YamlList list ? list.Items.Count : items is YamlMap map ? map.Count : 0) > count)
            Report(name, $"must not have more than {count} items");
    }

    /// <summary>Accepts a field, if it is there, and says that it has no effect here.</summary>
    public void Note(string name, string message = NotDone)
    {
        if (Find(name) is { } item)
            _report.Note(item.Line, Child(name), message);
    }

    /// <summary>Accepts the mapping itself, and says that it has no effect here.</summary>
    public void NoteItself(string message) => _report.Note(Line, Path, message);

    /// <summary>Counts a regular expression; refuses one too many.</summary>
    public bool TakeExpression(string name)
    {
        if (++_report.Expressions <= DocumentReport.MaxExpressions)
            return true;

        Refuse(name, $"is one regular expression too many: more than {DocumentReport.MaxExpressions} in one resource are not carried "
            + "out by the local mesh");
        return false;
    }

    /// <summary>Passes over a field on purpose.</summary>
    public void Ignore(string name) => Find(name);

    /// <summary>Refuses every field that was not read: one of <paramref name="notCarriedOut"/> as such, any other as unknown.</summary>
    public void Done(params ReadOnlySpan<string> notCarriedOut)
    {
        foreach (var name in notCarriedOut)
            Refuse(name);

        RefuseUnknown();
    }

    private void RefuseUnknown()
    {
        for (var i = 0; i < _map.Count; i++)
        {
            if (_map[i].Key is YamlText && _read[i])
                continue;

            if (_report.IsFull)
                _report.RefuseUntold();
            else if (_map[i].Key is not YamlText { Value: var name } key)
                _report.Refuse(_map[i].Key.Line, Path, "has a key that is not a text");
            else
                _report.RefuseUnknown(key.Line, Child(name));
        }
    }

    private string? ReadText(YamlItem item, string name, int index)
    {
        var text = item as YamlText;
        if (text is { IsNull: true })
            return "";

        // What Kubernetes reads as a truth value or a number, it refuses where a text belongs.
        if (text is not null
            && !(text.IsPlain && MayBeNoText(text.Value) && (YamlWords.Truth(text.Value) is not null || YamlWords.IsNumber(text.Value))))
            return text.Value;

        var rule = text is null ? "has to be a text" : $"has to be a text: write \"{text.Value}\" with quotes";
        _report.Refuse(item.Line, index < 0 ? Child(name) : Child(name)[index], rule);
        return null;
    }

    // Most texts are not looked at any further.
    private static bool MayBeNoText(string text) => text.Length > 0 && text.Length < 64 && "0123456789+-.tTfFyYnNoO".Contains(text[0]);

    private long? WholeLong(string name, long min, long max)
    {
        var item = Find(name);
        if (item is null)
            return null;

        return IsWhole(item, min, max, out var value)
            ? value
            : Wrong<long?>(item, name, $"has to be a whole number from {min} to {max}");
    }

    // A leading zero is octal to Kubernetes: nobody means that.
    private static bool IsWhole(YamlItem item, long min, long max, out long value)
    {
        value = 0;
        return item is YamlText { IsPlain: true, Value: var text } && (text is "0" || text.TrimStart('-', '+') is not ['0', ..])
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
    }

    private List<YamlItem>? Items(string name) => Find(name) switch
    {
        null => null,
        YamlList list => list.Items,
        var other => Wrong<List<YamlItem>>(other, name, "has to be a list"),
    };

    // Null is YAML's way to leave a field out.
    private YamlItem? Find(string name)
    {
        var index = _map.IndexOf(name);
        if (index < 0)
            return null;

        _read[index] = true;
        return _map[index].Value is YamlText { IsNull: true } ? null : _map[index].Value;
    }

    private YamlItem Place(string? name) => name is not null && _map.IndexOf(name) is >= 0 and var index ? _map[index].Value : _map;

    private FieldPath Child(string name) => new(Path, name);

    private T? Wrong<T>(YamlItem item, string name, string rule)
    {
        _report.Refuse(item.Line, Child(name), rule);
        return default;
    }
}
