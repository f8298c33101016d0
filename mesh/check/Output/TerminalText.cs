using System.Text;

namespace MessageBoard.MeshCheck.Output;

/// <summary>Writes lines for a terminal.</summary>
internal static class TerminalText
{
    private const int Columns = 80;

    /// <summary>A line as it is.</summary>
    public static void Line(this TextWriter writer, string line) => writer.WriteLine(Harmless(line));

    /// <summary>A line, broken between words where it is too long.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="indent">Stands before its first line; the others begin below its end.</param>
    /// <param name="text">The text.</param>
    public static void Wrapped(this TextWriter writer, string indent, string text)
    {
        var line = new StringBuilder(indent);
        var isEmpty = true;
        foreach (var word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Columns)
            {
                writer.WriteLine(Harmless(line.ToString()));
                line.Clear().Append(' ', indent.Length);
                isEmpty = true;
            }

            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }

        writer.WriteLine(Harmless(line.ToString()));
    }

    // A file's texts are anybody's: none may steer the terminal.
    private static string Harmless(string line) =>
        line.Any(char.IsControl) ? string.Concat(line.Select(letter => char.IsControl(letter) ? '?' : letter)) : line;
}
