namespace MessageBoard.Mesh.RegularExpressions;

/// <summary>
/// Takes an expression apart as RE2 does (https://github.com/google/re2/wiki/Syntax) and writes it anew for .NET, so that what
/// RE2 does not know is refused, and what both know means the same: <c>\d</c>, <c>\s</c> and <c>\w</c> are ASCII, <c>$</c> is
/// the very end, groups are counted from the left. Two things remain .NET's: <c>\b</c> takes letters beyond ASCII as such, and
/// a character beyond U+FFFF is two.
/// </summary>
internal sealed class Re2Translator
{
    private const int MaxLength = 1024; // Istio's
    private const int MaxRepeat = 1000; // RE2's, also of repetitions within repetitions
    private const int MaxDepth = 100; // .NET's compiler is recursive

    private const char Last = '\uFFFF';
    private static readonly (char, char)[] Digit = [('0', '9')];
    private static readonly (char, char)[] Space = [('\t', '\n'), ('\f', '\r'), (' ', ' ')];
    private static readonly (char, char)[] Word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

    private static readonly Dictionary<string, (char, char)[]> PosixClasses = new()
    {
        ["alnum"] = [('0', '9'), ('A', 'Z'), ('a', 'z')],
        ["alpha"] = [('A', 'Z'), ('a', 'z')],
        ["ascii"] = [('\0', '\x7F')],
        ["blank"] = [('\t', '\t'), (' ', ' ')],
        ["cntrl"] = [('\0', '\x1F'), ('\x7F', '\x7F')],
        ["digit"] = Digit,
        ["graph"] = [('!', '~')],
        ["lower"] = [('a', 'z')],
        ["print"] = [(' ', '~')],
        ["punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["space"] = [('\t', '\r'), (' ', ' ')],
        ["upper"] = [('A', 'Z')],
        ["word"] = Word,
        ["xdigit"] = [('0', '9'), ('A', 'F'), ('a', 'f')],
    };

    private readonly string _text;
    private readonly StringBuilder _net = new();
    private readonly Stack<Group> _groups = new();
    private readonly HashSet<string> _names = [];
    private int _at, _captures;
    private Flags _flags;

    private Re2Translator(string text) => _text = text;

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 1 << 1,
        DotAll = 1 << 2,
        Ungreedy = 1 << 3,
    }

    /// <summary>The expression for .NET, and how many groups it has.</summary>
    /// <exception cref="ArgumentException">RE2 does not know it.</exception>
    public static (string Net, int Groups) Translate(string expression)
    {
        if (expression.Length > MaxLength)
            throw new ArgumentException($"it is longer than {MaxLength} characters.");

        var translator = new Re2Translator(expression);
        translator.Translate();
        return (translator._net.ToString(), translator._captures);
    }

    private void Translate()
    {
        var largest = 1; // of the repetitions within the group at hand
        var last = 0; // what the last item repeats at most; 0 when there is nothing to repeat
        while (_at < _text.Length)
        {
            switch (_text[_at])
            {
                case '(':
                    _at++;
                    if (OpenGroup(largest))
                        largest = 1;

                    last = 0;
                    break;

                case ')':
                    _at++;
                    if (!_groups.TryPop(out var group))
                        throw Error("a ')' is too many");

                    _net.Append(')');
                    _flags = group.Flags;
                    last = largest;
                    largest = Math.Max(largest, group.Largest);
                    break;

                case '|':
                    _at++;
                    _net.Append('|');
                    last = 0;
                    break;

                case '*' or '+' or '?':
                    Repeat(last, _text[_at++].ToString());
                    last = -1;
                    break;

                case '{' when TryReadRepeat(out var times, out var written):
                    Repeat(last, written);
                    if ((long)times * last > MaxRepeat)
                        throw Error($"it repeats more than {MaxRepeat} times");

                    largest = Math.Max(largest, times * last);
                    last = -1;
                    break;

                default:
                    Item();
                    last = 1;
                    break;
            }
        }

        if (_groups.Count > 0)
            throw Error("a ')' is missing");
    }

    private void Item()
    {
        var character = _text[_at++];
        switch (character)
        {
            case '.':
                _net.Append(_flags.HasFlag(Flags.DotAll) ? "(?s:.)" : "(?-s:.)");
                break;
            case '^':
                _net.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : @"\A");
                break;
            case '$':
                _net.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : @"\z");
                break;
            case '[':
                Class();
                break;
            case '\\':
                Escape();
                break;
            default:
                Literal(character);
                break;
        }
    }

    // True for a group, false for flags alone.
    private bool OpenGroup(int largest)
    {
        var flags = _flags;
        if (_at < _text.Length && _text[_at] == '?')
        {
            _at++;
            if (TakeName() is { } name)
            {
                if (!_names.Add(name))
                    throw Error($"two groups are called '{name}'");

                _captures++;
                _net.Append('('); // RE2 counts named groups with the others, .NET after them
            }
            else if (TakeFlags())
            {
                _net.Append("(?:");
            }
            else
            {
                return false;
            }
        }
        else
        {
            _captures++;
            _net.Append('(');
        }

        _groups.Push(new(flags, largest));
        if (_groups.Count > MaxDepth)
            throw Error($"its groups are nested more than {MaxDepth} deep");

        return true;
    }

    private string? TakeName()
    {
        var start = _text.AsSpan(_at).StartsWith("P<") ? _at + 2 : _text.AsSpan(_at).StartsWith("<") ? _at + 1 : -1;
        if (start < 0)
            return null;

        var end = _text.IndexOf('>', start);
        if (end <= start || !_text[start..end].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
            throw Error("a group's name has to be of letters, digits and '_', between '(?P<' and '>'");

        _at = end + 1;
        return _text[start..end];
    }

    // Flags up to ':', which opens a group, or ')', which does not.
    private bool TakeFlags()
    {
        var (flags, on, any) = (_flags, true, false);
        while (_at < _text.Length)
        {
            var flag = _text[_at++];
            switch (flag)
            {
                case '-' when on:
                    (on, any) = (false, false);
                    continue;
                case ':' or ')' when any || on:
                    _flags = flags;
                    return flag == ':';
            }

            var one = flag switch
            {
                'i' => Flags.IgnoreCase,
                'm' => Flags.MultiLine,
                's' => Flags.DotAll,
                'U' => Flags.Ungreedy,
                _ => throw Error($"it knows no '(?{flag}'"),
            };
            flags = on ? flags | one : flags & ~one;
            any = true;
        }

        throw Error("a ')' is missing");
    }

    private void Repeat(int last, string written)
    {
        if (last <= 0)
            throw Error($"there is nothing that '{written}' could repeat");

        var lazy = _at < _text.Length && _text[_at] == '?';
        if (lazy)
            _at++;

        _net.Append(written);
        if (lazy != _flags.HasFlag(Flags.Ungreedy))
            _net.Append('?');
    }

    // {n}, {n,} and {n,m}; anything else in braces is itself.
    private bool TryReadRepeat(out int times, out string written)
    {
        (times, written) = (0, "");
        var end = _text.IndexOf('}', _at);
        if (end < 0)
            return false;

        var parts = _text[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || !IsNumber(parts[0]) || (parts.Length == 2 && parts[1].Length > 0 && !IsNumber(parts[1])))
            return false;

        var min = Limited(parts[0]);
        var max = parts.Length == 2 ? parts[1].Length > 0 ? Limited(parts[1]) : min : min;
        if (max < min)
            throw Error("a repetition's maximum is below its minimum");

        written = _text[_at..(end + 1)];
        times = Math.Max(max, 1);
        _at = end + 1;
        return true;

        static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');

        int Limited(string text) => text.Length <= 4 && int.Parse(text, CultureInfo.InvariantCulture) is <= MaxRepeat and var number
            ? number
            : throw Error($"it repeats more than {MaxRepeat} times");
    }

    private void Escape()
    {
        if (_at == _text.Length)
            throw Error("there is nothing after its last '\\'");

        var character = _text[_at];
        switch (character)
        {
            case 'A' or 'b' or 'B' or 'z':
                _at++;
                _net.Append('\\').Append(character);
                return;
            case 'Q':
                var end = _text.IndexOf(@"\E", _at + 1, StringComparison.Ordinal);
                foreach (var quoted in _text[(_at + 1)..(end < 0 ? _text.Length : end)])
                    Literal(quoted);

                _at = end < 0 ? _text.Length : end + 2;
                return;
            case 'd' or 's' or 'w' or 'D' or 'S' or 'W' or 'p' or 'P':
                var set = new Set();
                TakeClassEscape(set);
                set.AppendTo(_net, negated: false, ignoreCase: false);
                return;
            default:
                Literal(TakeCharacter());
                return;
        }
    }

    // After '[': the ranges and classes up to ']'.
    private void Class()
    {
        var set = new Set();
        var negated = Take('^');
        var first = true;
        while (first || _at == _text.Length || _text[_at] != ']')
        {
            if (_at == _text.Length)
                throw Error("a ']' is missing");

            first = false;
            if (TakePosixClass(set) || (_text[_at] == '\\' && IsClassEscape(_at + 1) && Take('\\') && TakeClassEscape(set)))
                continue;

            var low = TakeClassCharacter();
            var high = low;
            if (_at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                high = TakeClassCharacter();
                if (high < low)
                    throw Error("a range of characters is wrong");
            }

            set.Add(low, high);
        }

        _at++;
        set.AppendTo(_net, negated, _flags.HasFlag(Flags.IgnoreCase));
    }

    private bool IsClassEscape(int at) => at < _text.Length && "dswDSWpP".Contains(_text[at]);

    private bool TakePosixClass(Set set)
    {
        if (!_text.AsSpan(_at).StartsWith("[:"))
            return false;

        var end = _text.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            return false;

        var name = _text[(_at + 2)..end];
        var negated = name is ['^', ..];
        if (!PosixClasses.TryGetValue(negated ? name[1..] : name, out var ranges))
            throw Error($"there is no class '[:{name}:]'");

        set.Add(ranges, negated);
        _at = end + 2;
        return true;
    }

    private bool TakeClassEscape(Set set)
    {
        var character = _text[_at++];
        switch (character)
        {
            case 'd' or 'D':
                set.Add(Digit, negated: character == 'D');
                break;
            case 's' or 'S':
                set.Add(Space, negated: character == 'S');
                break;
            case 'w' or 'W':
                set.Add(Word, negated: character == 'W');
                break;
            default:
                TakeCategory(set, negated: character == 'P');
                break;
        }

        return true;
    }

    // \pN, \p{Lu}, \p{^Lu}
    private void TakeCategory(Set set, bool negated)
    {
        string name;
        if (Take('{'))
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0)
                throw Error("a '}' is missing");

            name = _text[_at..end];
            _at = end + 1;
        }
        else
        {
            name = _at < _text.Length ? _text[_at++].ToString() : throw Error("a class of characters has no name");
        }

        if (name is ['^', .. var rest])
            (name, negated) = (rest, !negated);

        if (name == "Any")
            set.Add([('\0', Last)], negated);
        else if (name is ['C' or 'L' or 'M' or 'N' or 'P' or 'S' or 'Z']
            or [_, 'a' or 'c' or 'd' or 'e' or 'f' or 'i' or 'k' or 'l' or 'm' or 'n' or 'o' or 'p' or 's' or 't' or 'u'])
            set.AddCategory(name, negated);
        else
            throw NotDone($"the script {name} is not carried out by the local mesh");
    }

    private char TakeClassCharacter()
    {
        if (_at == _text.Length)
            throw Error("a ']' is missing");

        if (_text[_at] != '\\')
            return char.IsSurrogate(_text[_at])
                ? throw NotDone("a character beyond U+FFFF in a class is not carried out by the local mesh")
                : _text[_at++];

        _at++;
        return _at < _text.Length ? TakeCharacter() : throw Error("a ']' is missing");
    }

    // After '\': a character that is written otherwise.
    private char TakeCharacter()
    {
        var character = _text[_at++];
        switch (character)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return TakeHexadecimal();
            case '0':
                return TakeOctal(0);
            case >= '1' and <= '7' when _at < _text.Length && _text[_at] is >= '0' and <= '7':
                return TakeOctal(character - '0'); // \1 alone would be a reference to a group, which RE2 has not
            case < '\x80' when !char.IsAsciiLetterOrDigit(character):
                return character;
            default:
                throw Error($"it knows no '\\{character}'");
        }
    }

    private char TakeOctal(int value)
    {
        for (var more = 2; more > 0 && _at < _text.Length && _text[_at] is >= '0' and <= '7' and var digit; more--, _at++)
            value = (value * 8) + digit - '0';

        return (char)value;
    }

    private char TakeHexadecimal()
    {
        var end = Take('{') ? _text.IndexOf('}', _at) : _at + 2;
        if (end < 0
            || end > _text.Length
            || !int.TryParse(_text.AsSpan(_at, end - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 0x10FFFF)
            throw Error("a '\\x' has to have two hexadecimal digits, or some in braces");

        _at = end < _text.Length && _text[end] == '}' && _text[_at - 1] == '{' ? end + 1 : end;
        return value <= Last ? (char)value : throw NotDone("a character beyond U+FFFF in braces is not carried out by the local mesh");
    }

    private bool Take(char character)
    {
        if (_at == _text.Length || _text[_at] != character)
            return false;

        _at++;
        return true;
    }

    private void Literal(char character)
    {
        var ignoreCase = _flags.HasFlag(Flags.IgnoreCase) && char.IsLetter(character);
        if (char.IsHighSurrogate(character) && _at < _text.Length && char.IsLowSurrogate(_text[_at]))
            _net.Append("(?:").Append(character).Append(_text[_at++]).Append(')');
        else if (ignoreCase)
            _net.Append("(?i:").Append(character).Append(')');
        else
            AppendCharacter(_net, character);
    }

    private static void AppendCharacter(StringBuilder net, char character)
    {
        if (char.IsAsciiLetterOrDigit(character))
            net.Append(character);
        else
            net.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:X4}");
    }

    private static ArgumentException Error(string why) => new($"{why}.");

    private static UnsupportedExpressionException NotDone(string why) => new($"{why}.");

    private readonly record struct Group(Flags Flags, int Largest);

    /// <summary>A class of characters.</summary>
    private sealed class Set
    {
        private readonly StringBuilder _inner = new();

        public void Add(char low, char high)
        {
            AppendCharacter(_inner, low);
            if (high == low)
                return;

            _inner.Append('-');
            AppendCharacter(_inner, high);
        }

        public void Add(ReadOnlySpan<(char Low, char High)> ranges, bool negated)
        {
            var next = '\0';
            foreach (var (low, high) in ranges)
            {
                if (!negated)
                    Add(low, high);
                else if (low > next)
                    Add(next, (char)(low - 1));

                next = high == Last ? high : (char)(high + 1);
            }

            if (negated && next != Last)
                Add(next, Last);
        }

        public void AddCategory(string name, bool negated) => _inner.Append(negated ? @"\P{" : @"\p{").Append(name).Append('}');

        public void AppendTo(StringBuilder net, bool negated, bool ignoreCase)
        {
            // A class of nothing matches nothing, and its opposite anything; .NET has no shorter way to write them.
            if (_inner.Length == 0)
                net.Append(negated ? @"[\u0000-\uFFFF]" : @"[^\u0000-\uFFFF]");
            else
                net.Append(ignoreCase ? "(?i:" : "").Append(negated ? "[^" : "[").Append(_inner).Append(']').Append(ignoreCase ? ")" : "");
        }
    }
}
