using System.Reflection;
using ArchUnitNET.Fluent.Extensions;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;

namespace MessageBoard.Architecture.Tests;

public class FolderTests
{
    /// <summary>All projects but the tests: this one references whatever stands in their folders.</summary>
    public static TheoryData<string> Products => [.. Directory.GetFiles(AppContext.BaseDirectory, "MessageBoard.*.dll")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Where(name =>
            name is not ("MessageBoard.Common" or "MessageBoard.Architecture.Tests"))];

    // What stands in no folder, such as Program.cs, puts the folders together.
    [Theory]
    [MemberData(nameof(Products))]
    public void No_folders_of_a_project_know_each_other_in_a_circle(string product)
    {
        var project = new ArchLoader().LoadAssembly(Assembly.Load(product)).Build();
        var rule = SliceRuleDefinition.Slices().Matching($"{product}.(*)").Should().BeFreeOfCycles();
        Assert.True(rule.HasNoViolations(project), rule.Evaluate(project).ToErrorMessage());
    }
}
