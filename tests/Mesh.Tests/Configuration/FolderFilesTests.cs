using MessageBoard.Mesh.Snapshots;

namespace MessageBoard.Mesh.Tests.Configuration;

/// <summary>What is read of a change alone comes to what reading everything anew comes to.</summary>
public class FolderFilesTests(ITestOutputHelper output)
{
    private const int Services = 12;

    [Fact]
    public void Changes_one_after_the_other_come_to_what_a_start_comes_to()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        folder.Write("user-service.yaml", Yaml.UserService);
        List<string>[] files = [[], [], []];
        var changed = new FolderFiles(folder.Path);
        var proxy = new MeshProxy();
        for (var step = 0; step < 150; step++)
        {
            for (var edits = random.Next(1, 4); edits > 0; edits--)
                Edit(files[random.Next(files.Length)], random);

            for (var i = 0; i < files.Length; i++)
                folder.Write($"{i}.yaml", files[i].Count == 0 ? "# nothing" : string.Join("---\n", files[i]));

            changed.Refresh();
            var started = new FolderFiles(folder.Path);
            started.Refresh();
            var where = $"seed {seed}, step {step}\n";
            Assert.Equal(where + Describe(started.Compile(proxy)), where + Describe(changed.Compile(proxy)));
        }
    }

    private static void Edit(List<string> documents, Random random)
    {
        var at = random.Next(documents.Count + 1);
        switch (random.Next(4))
        {
            case 0 or 1:
                documents.Insert(at, Next(random));
                break;
            case 2 when at < documents.Count:
                documents[at] = Next(random);
                break;
            case 3 when at < documents.Count:
                documents.RemoveAt(at);
                break;
        }
    }

    // Rivals for a host, delegates, names that are not there, and what only YAML's whole parser reads.
    private static string Next(Random random)
    {
        var (number, other, weight) = (random.Next(Services), random.Next(Services), random.Next(100));
        return random.Next(8) switch
        {
            0 => Yaml.Service($"s{number}") + "\n",
            1 => Yaml.Workload($"s{number}", "ctx1", 1000 + weight) + "\n",
            2 => Yaml.Rule.Replace("user-service", $"s{number}", StringComparison.Ordinal) + "\n",
            3 => Routes($"- delegate: {{name: d{other}}}"),
            4 => Yaml.Routes($"- route: [{{destination: {{host: s{other}}}}}]", "x", $"d{number}")
                .Replace("hosts: [\"x\"]", "hosts: []", StringComparison.Ordinal) + "\n",
            5 => Routes($"- match: [{{uri: {{prefix: \"\\/{weight}\"}}}}]\n  route: [{{destination: {{host: s{other}}}}}]\n"
                + "- route: [{destination: {host: user-service, subset: ctx1}}]"),
            _ => Routes($"- route:\n    - destination: {{host: s{other}, subset: ctx1}}\n      weight: {weight}\n"
                + $"    - destination: {{host: user-service, subset: ctx2}}\n      weight: {100 - weight}"),
        };

        string Routes(string http) => Yaml.Routes(http, $"s{random.Next(Services)}", $"v{number}") + "\n";
    }

    private static string Describe(MeshSnapshot snapshot)
    {
        var random = new Random(1);
        var statuses = snapshot.Statuses.Select(resource => $"{resource.Key} {resource.ResourceVersion} {resource.IsEditable} "
            + $"{resource.Status.File}:{resource.Status.Line} {resource.Status.State} {resource.Status.InForce} "
            + $"{resource.Status.Created:O} "
            + string.Join(';', resource.Status.Problems.Concat(resource.Status.Warnings).Concat(resource.Status.NotCarriedOut)));
        var decisions = Enumerable.Range(0, Services).Select(number => $"s{number}").Append("user-service").Select(host =>
        {
            var decision = snapshot.Routes.Decide(new Routing.Request(host), random);
            return $"{host}: {decision.VirtualService} {decision.Route?.Index} {decision.Route?.Delegate} "
                + $"{decision.Route?.Retries.Timeout} "
                + $"{decision.Destination?.Host} {decision.Destination?.Subset} {decision.Upstream?.Host} {decision.Upstream?.Port} "
                + string.Join(' ', decision.Upstream?.Endpoints.Select(endpoint => endpoint.Authority) ?? []);
        });
        var upstreams = snapshot.Routes.Upstreams.Select(upstream => $"{upstream.Host} {upstream.Subset} {upstream.Port}");
        return string.Join('\n',
        [
            .. statuses, .. snapshot.Problems.Select(problem => problem.ToString()),
            .. snapshot.Resources.Select(resource => resource.Key.ToString()), .. decisions, .. upstreams.Order(StringComparer.Ordinal),
        ]);
    }
}
