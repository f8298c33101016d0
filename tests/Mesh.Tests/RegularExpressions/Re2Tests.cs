using MessageBoard.Mesh.RegularExpressions;

namespace MessageBoard.Mesh.Tests.RegularExpressions;

public class Re2Tests
{
    [Theory]
    [InlineData("/a|/b", "/b", true)]
    [InlineData("/a|/b", "/ab", false)]
    [InlineData("a", "a\n", false)]
    [InlineData("a$", "a\n", false)]
    [InlineData(@"\d+", "42", true)]
    [InlineData(@"\d", "٣", false)] // Arabic three: a digit to .NET
    [InlineData(@"\w", "é", false)]
    [InlineData(@"\W", "é", true)]
    [InlineData(@"\s", "\u00A0", false)]
    [InlineData(@"\s", "\v", false)]
    [InlineData(@"[\s\v]", "\v", true)]
    [InlineData(@"[^\d]", "٣", true)]
    [InlineData(@"[^\D]", "5", true)]
    [InlineData(@"[\d-]+", "1-2", true)]
    [InlineData("[[:alpha:]_]+", "a_Z", true)]
    [InlineData("[[:^digit:]]", "5", false)]
    [InlineData("[]a]+", "]a", true)]
    [InlineData("[^]a]", "]", false)]
    [InlineData("[a-c[]", "[", true)]
    [InlineData("[a-z-[aeiou]]", "-]", true)] // .NET would take the vowels out
    [InlineData(@"\pL\p{Lu}\PN", "aBc", true)]
    [InlineData("(?i)abc", "ABC", true)]
    [InlineData("a(?i)b", "AB", false)]
    [InlineData("(?i:a)b", "AB", false)]
    [InlineData("(?i)[a-c]+", "ABC", true)]
    [InlineData("(?i)(?-i)a", "A", false)]
    [InlineData("(?s).", "\n", true)]
    [InlineData(".", "\n", false)]
    [InlineData("(?m)a$\n^b", "a\nb", true)]
    [InlineData("(?P<name>a)+", "aa", true)]
    [InlineData("(?<name>a)", "a", true)]
    [InlineData(@"\Qa.b*\E+", "a.b**", true)]
    [InlineData(@"\x41\x{42}\103", "ABC", true)]
    [InlineData("a{2}", "aa", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("a{b}", "a{b}", true)]
    [InlineData(@"\bfoo\b", "foo", true)]
    [InlineData(@"\A\/\-\_\z", "/-_", true)]
    [InlineData("#a b", "#a b", true)]
    [InlineData("", "", true)]
    public void It_means_what_it_means_to_RE2(string expression, string text, bool matches) =>
        Assert.Equal(matches, Re2.ParseWhole(expression).Regex.IsMatch(text));

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("a)(b")]
    [InlineData("*")]
    [InlineData("a**")]
    [InlineData("a*+")]
    [InlineData("a{2}{3}")]
    [InlineData("a++")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?<!a)")]
    [InlineData("(?>a)")]
    [InlineData("(?#a)")]
    [InlineData("(?x)a")]
    [InlineData("(?n)a")]
    [InlineData("(?'name'a)")]
    [InlineData("(?<a-b>a)")]
    [InlineData("(?P<a>b)(?P<a>c)")]
    [InlineData("(?P=a)")]
    [InlineData("(?i")]
    [InlineData("(?-)")]
    [InlineData(@"(a)\1")]
    [InlineData(@"\k<a>")]
    [InlineData(@"\Z")]
    [InlineData(@"\G")]
    [InlineData(@"\e")]
    [InlineData(@"\cA")]
    [InlineData(@"\u0041")]
    [InlineData(@"\p{IsGreek}")]
    [InlineData(@"\p{Lx}")]
    [InlineData(@"\x4")]
    [InlineData(@"\")]
    [InlineData("[")]
    [InlineData("[a")]
    [InlineData("[z-a]")]
    [InlineData("[[:colour:]]")]
    [InlineData("a{1001}")]
    [InlineData("a{2,1}")]
    [InlineData("(a{100}){100}")]
    [InlineData("((a{1,100}){1,100}){1,100}")]
    public void What_RE2_does_not_know_is_refused(string expression) => Assert.ThrowsAny<ArgumentException>(() => Re2.Parse(expression));

    [Fact]
    public void It_may_have_1024_characters()
    {
        Re2.Parse(new('a', 1024));
        Assert.Throws<ArgumentException>(() => Re2.Parse(new('a', 1025)));
    }

    [Fact]
    public void Groups_are_counted_from_the_left() => Assert.Equal("b", Re2.Parse("(?P<first>a)(b)").Regex.Match("ab").Groups[2].Value);

    [Theory]
    [InlineData("a+?", "aaa", "a")]
    [InlineData("(?U)a+", "aaa", "a")]
    [InlineData("(?U)a+?", "aaa", "aaa")]
    public void Greed_is_RE2s(string expression, string text, string match) =>
        Assert.Equal(match, Re2.Parse(expression).Regex.Match(text).Value);
}
