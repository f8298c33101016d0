using MessageBoard.Shared.Logging;

namespace MessageBoard.Services.Tests.Logging;

/// <summary>Text for a log.</summary>
public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("김철수 Žofie 🔑 प्रिया\tand\nlines", "김철수 Žofie 🔑 प्रिया\tand\nlines")]
    [InlineData("a\u202Eb", "a\\u202Eb")]
    [InlineData("a\u2066b\u2069", "a\\u2066b\\u2069")]
    [InlineData("\u200E\u200F\u061C", "\\u200E\\u200F\\u061C")]
    [InlineData("\u200B\u200C\u200D\u2060\uFEFF", "\\u200B\\u200C\\u200D\\u2060\\uFEFF")]
    [InlineData("\u2028\u2029\u0085", "\\u2028\\u2029\\u0085")]
    [InlineData("\u001B[31m\u007F\u009B", "\\u001B[31m\\u007F\\u009B")]
    [InlineData("\u034F\u3164\u115F\uFFA0\uFE0F", "\\u034F\\u3164\\u115F\\uFFA0\\uFE0F")]
    [InlineData("\U000E0041\U000E0100", "\\U000E0041\\U000E0100")]
    [InlineData("\uE000", "\\uE000")]
    public void What_cannot_be_seen_is_written_out(string text, string visible) => Assert.Equal(visible, VisibleText.Of(text));
}
