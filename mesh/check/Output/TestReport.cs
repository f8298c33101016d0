using System.Globalization;
using System.Text;
using System.Xml;
using MessageBoard.MeshCheck.Requests;
using MessageBoard.MeshCheck.RoutingTests;

namespace MessageBoard.MeshCheck.Output;

/// <summary>Tells what became of routing tests.</summary>
internal static class TestReport
{
    // Of those that fail alike.
    private const int MostRequests = 3;

    /// <summary>The tests that fail, the rules that no test reaches, and the counts.</summary>
    public static void WriteText(IReadOnlyList<TestResult> results, IReadOnlyList<UntestedRule> untested, TextWriter output)
    {
        foreach (var result in results.Where(result => result.Failures.Count > 0))
        {
            output.Wrapped("FAIL ", $"{result.Test.Description} ({result.Test.File}:{result.Test.Line})");
            foreach (var alike in result.Failures.GroupBy(
                         failure => string.Join('\n', failure.Messages.Prepend($"goes by {failure.Rule}"))))
            {
                foreach (var failure in alike.Take(MostRequests))
                    output.Wrapped("     ", failure.Request);

                if (alike.Count() > MostRequests)
                    output.Line($"     and {Count(alike.Count() - MostRequests, "request")} more");

                foreach (var line in alike.Key.Split('\n'))
                    output.Wrapped("       ", line);
            }
        }

        foreach (var nothing in results.Where(result => result.Test.WantsNothing))
            output.Wrapped("note ", $"{nothing.Test.Description} ({nothing.Test.File}:{nothing.Test.Line}) wants nothing");

        if (untested.Count > 0)
            output.Line($"{Count(untested.Count, "rule")} that no test reaches:");

        foreach (var rule in untested)
            output.Wrapped("  ", $"{rule.Resource}, {Words.Rule(rule.Resource, rule.Index, rule.Name)} ({rule.File}:{rule.Line})");

        var failed = results.Count(result => result.Failures.Count > 0);
        output.Line(
            $"{Count(results.Count, "test")} with {Count(results.Sum(result => result.Requests), "request")}: "
            + $"{results.Count - failed} passed, {failed} failed");
    }

    /// <summary>The same for machines.</summary>
    public static object ToJson(IReadOnlyList<TestResult> results, IReadOnlyList<UntestedRule> untested) => new
    {
        Results = results.Select(result => new
        {
            result.Test.File,
            result.Test.Line,
            result.Test.Description,
            result.Requests,
            result.Failures,
        }),
        Untested = untested,
    };

    /// <summary>JUnit's XML (https://github.com/testmoapp/junitxml), a suite for each file.</summary>
    public static void WriteJUnit(IReadOnlyList<TestResult> results, Stream output)
    {
        using var xml = XmlWriter.Create(output, new() { Indent = true, Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        foreach (var suite in results.GroupBy(result => result.Test.File))
        {
            xml.WriteStartElement("testsuite");
            Attribute("name", suite.Key);
            Attribute("tests", Number(suite.Count()));
            Attribute("failures", Number(suite.Count(result => result.Failures.Count > 0)));
            foreach (var result in suite)
                Write(result);

            xml.WriteEndElement();
        }

        xml.WriteEndElement();

        void Write(TestResult result)
        {
            xml.WriteStartElement("testcase");
            Attribute("name", result.Test.Description);
            Attribute("classname", result.Test.File);
            Attribute("file", result.Test.File);
            Attribute("line", Number(result.Test.Line));
            if (result.Failures is [var first, ..])
            {
                xml.WriteStartElement("failure");
                Attribute("message", first.Messages[0]);
                xml.WriteString(Plain(string.Join('\n', result.Failures.Select(failure =>
                    $"{failure.Request}\n  goes by {failure.Rule}\n  {string.Join("\n  ", failure.Messages)}"))));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        void Attribute(string name, string value) => xml.WriteAttributeString(name, Plain(value));
    }

    // XML has no place for control characters, not even escaped.
    private static string Plain(string text) => string.Concat(text.Select(letter => XmlConvert.IsXmlChar(letter) ? letter : '?'));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Count(int count, string what) => $"{Number(count)} {what}{(count == 1 ? "" : "s")}";
}
