using System.Diagnostics;
using System.IO.Pipes;
using System.Text.Json;
using static MessageBoard.Mesh.Tests.Check.MeshCheck;

namespace MessageBoard.Mesh.Tests.Check;

public sealed class MeshCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_well_is_accepted()
    {
        _folder.Write("a.yaml", Yaml.Join(Yaml.Split(70, 30), Yaml.Rule));
        _folder.Write("b.yml", "apiVersion: v1\nkind: Service\nmetadata: {name: user-service}");
        _folder.Write("c.txt", "no YAML");
        var (code, output, _) = Run(_folder.Path);

        Assert.Equal(0, code);
        Assert.Equal(
            $"""
            {_folder["a.yaml"]}:
              VirtualService messageboard/user-service: accepted
              DestinationRule messageboard/user-service: accepted
            {_folder["b.yml"]}:
              Service user-service: passed over
            2 accepted, 1 passed over

            """,
            output);
    }

    [Fact]
    public void What_is_refused_is_told_with_field_file_and_line()
    {
        _folder.Write("a.yaml", Yaml.Join(
            Yaml.Split(70, 30).Replace("weight: 30", "weight: many", StringComparison.Ordinal),
            Yaml.Service("user-service") + "\n  addresses: [10.0.0.0/8]"));
        var (code, output, _) = Run(_folder["a.yaml"]);

        Assert.Equal(1, code);
        Assert.Contains(
            $"    {_folder["a.yaml"]}:12: spec.http[0].route[1].weight has to be a whole number", output, StringComparison.Ordinal);
        Assert.Contains(
            $"    {_folder["a.yaml"]}:24: note: spec.addresses has blocks, which have no effect", output, StringComparison.Ordinal);
        Assert.EndsWith("1 accepted, 1 refused\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_told_and_the_rest_is_checked()
    {
        _folder.Write("a.yaml", Yaml.Rule);
        File.WriteAllBytes(_folder["b.yaml"], [0xFF, 0xFE]);
        var (code, output, error) = Run(_folder["a.yaml"], _folder["b.yaml"], _folder["c.yaml"]);

        Assert.Equal(2, code);
        Assert.Contains("1 accepted", output, StringComparison.Ordinal);
        Assert.Contains($"{_folder["b.yaml"]}: is not UTF-8", error, StringComparison.Ordinal);
        Assert.Contains($"{_folder["c.yaml"]}: is not there", error, StringComparison.Ordinal);
    }

    // kubectl kustomize istio | scripts/mesh-check.sh /dev/stdin
    [Fact]
    public void A_pipe_is_read_to_its_end()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.Write(Encoding.UTF8.GetBytes(Yaml.Rule));
        pipe.SafePipeHandle.Dispose();
        var (code, output, _) = Run($"/dev/fd/{pipe.GetClientHandleAsString()}");

        Assert.Equal(0, code);
        Assert.Contains("DestinationRule messageboard/user-service: accepted", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--colour", "a.yaml")]
    [InlineData("a.yaml", "--request")]
    [InlineData("a.yaml", "-H", "a: b")]
    [InlineData("a.yaml", "--junit", "b.xml")]
    [InlineData("a.yaml", "--fail-on", "note")]
    [InlineData("a.yaml", "--request", "ftp://a/")]
    [InlineData("a.yaml", "--request", "GET http://a/ HTTP/1.1")]
    [InlineData("a.yaml", "--request", "http://a/", "-H", "b")]
    [InlineData("a.yaml", "--request", "http://a/", "--from", "a/b/c")]
    public void A_wrong_call_is_told(params string[] args)
    {
        var (code, _, error) = Run(args);

        Assert.Equal(2, code);
        Assert.Contains("see --help", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_fits_a_terminal()
    {
        var (code, output, _) = Run("--help");

        Assert.Equal(0, code);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Machines_get_JSON()
    {
        _folder.Write("a.yaml", Yaml.Join(
            Yaml.Routes("- route: []"),
            "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a}\nspec: {}"));
        var (code, output, _) = Run("--json", _folder.Path, _folder["b.yaml"]);
        using var json = JsonDocument.Parse(output);
        var resources = json.RootElement.GetProperty("resources");

        Assert.Equal(2, code);
        Assert.Equal(["refused", "accepted"], resources.EnumerateArray().Select(resource => resource.GetProperty("state").GetString()));
        Assert.Equal(8, resources[0].GetProperty("problems")[0].GetProperty("line").GetInt32());
        Assert.Equal(
            "kind Telemetry is not carried out by the local mesh",
            resources[1].GetProperty("notCarriedOut")[0].GetProperty("message").GetString());
        Assert.Equal(_folder["b.yaml"], json.RootElement.GetProperty("unreadable")[0].GetProperty("file").GetString());
    }

    [Fact]
    public void What_does_not_fit_together_across_files_is_accepted_and_warned_of()
    {
        _folder.Write("a.yaml", Yaml.Split(70, 30));
        _folder.Write("b.yaml", Yaml.Rule.Replace("name: ctx2", "name: ctx3", StringComparison.Ordinal));
        _folder.Write("c.yaml", Yaml.Rule);
        var (code, output, _) = Run(_folder.Path);

        Assert.Equal(0, code);
        Assert.Contains(
            $"{_folder["a.yaml"]}:9: warning: spec.http[0].route: no DestinationRule of 'user-service.messageboard.svc.cluster.local' "
            + "has a subset 'ctx2' [IST0101]\n", output, StringComparison.Ordinal);
        Assert.Contains(
            $"DestinationRule messageboard/user-service: accepted, not in force\n    {_folder["c.yaml"]}:1: warning: is in "
            + $"{_folder["b.yaml"]} already, which stays in force\n", output, StringComparison.Ordinal);
        Assert.EndsWith("3 accepted, 2 warnings\n", output, StringComparison.Ordinal);
        Assert.Equal(1, Run(_folder.Path, "--fail-on", "warning").Code);
    }

    [Fact]
    public void How_much_of_each_is_in_force_is_told()
    {
        _folder.Write("a.yaml", Yaml.Routes("- route: [{destination: {host: a}}]", "a", "first"));
        _folder.Write("b.yaml", Yaml.Routes("- route: [{destination: {host: b}}]", "a", "second")
            .Replace("hosts: [\"a\"]", "hosts: [a, b]", StringComparison.Ordinal));
        _folder.Write("c.yaml", Yaml.Routes("- route: [{destination: {host: b}}]", "b.messageboard.svc.cluster.local", "third"));
        var (code, output, _) = Run(_folder.Path);
        using var json = JsonDocument.Parse(Run(_folder.Path, "--json").Output);
        var resources = json.RootElement.GetProperty("resources").EnumerateArray().ToArray();

        Assert.Equal(0, code);
        Assert.Contains(
            $"""
              VirtualService messageboard/second: accepted, partly in force
                {_folder["b.yaml"]}:6: warning: host 'a' is VirtualService messageboard/first's, which is older [IST0109]
            """, output, StringComparison.Ordinal);
        Assert.Contains("VirtualService messageboard/third: accepted, not in force\n", output, StringComparison.Ordinal);
        Assert.Equal(["wholly", "partly", "no"], resources.Select(resource => resource.GetProperty("inForce").GetString()));
        Assert.Equal(
            ["IST0109", "IST0109", "IST0109"],
            resources.Select(resource => Assert.Single(resource.GetProperty("warnings").EnumerateArray()).GetProperty("code").GetString()));
    }

    // SelectVirtualServices in pilot/pkg/model/virtualservice.go: Gateway API's goes first, whichever is older.
    [Theory]
    [InlineData("a.yaml", "b.yaml")]
    [InlineData("b.yaml", "a.yaml")]
    public void Of_a_VirtualService_and_an_HTTPRoute_of_one_host_it_is_told_which_wins(string service, string route)
    {
        _folder.Write(service, Yaml.Routes("- route: [{destination: {host: user-service}}]"));
        _folder.Write(route, """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: split, namespace: messageboard}
            spec:
              parentRefs: [{group: "", kind: Service, name: user-service, port: 80}]
              rules: [{backendRefs: [{name: user-service-v2, port: 80}]}]
            """);
        var (code, output, _) = Run(_folder.Path);

        Assert.Equal(0, code);
        Assert.Contains("HTTPRoute messageboard/split: accepted\n", output, StringComparison.Ordinal);
        Assert.Contains(
            $"VirtualService messageboard/user-service: accepted, not in force\n    {_folder[service]}:6: warning: host "
            + "'user-service' is steered by HTTPRoute messageboard/split: an HTTPRoute goes before "
            + "VirtualServices that are for all namespaces [IST0109]\n", output, StringComparison.Ordinal);
        Assert.Contains(
            "by       HTTPRoute messageboard/split", Run(_folder.Path, "--request", "http://user-service/").Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_has_to_be_there_where_any_is()
    {
        _folder.Write("a.yaml", Yaml.Join(Yaml.Rule, Yaml.Split(70, 30)));
        Assert.Equal(0, Run(_folder.Path).Code);

        _folder.Write("b.yaml", Yaml.Service("a").Replace("messageboard.svc.cluster.local", "example", StringComparison.Ordinal));
        Assert.Equal(0, Run(_folder.Path).Code); // it says nothing of the services inside

        _folder.Write("b.yaml", Yaml.Service("log-service"));
        var (code, output, _) = Run(_folder.Path);
        Assert.Equal(0, code);
        Assert.Contains(
            "warning: spec.http[0].route: there is no service 'user-service.messageboard.svc.cluster.local' [IST0101]", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_below_replaces_what_is_of_the_same_name_above()
    {
        Directory.CreateDirectory(_folder["canary"]);
        _folder.Write("a.yaml", Yaml.Join(Yaml.Rule, Yaml.Split(70, 30)));
        _folder.Write("canary/a.yaml", Yaml.Split(0, 100));

        Assert.Equal((0, "3 accepted"), (Run(_folder.Path).Code, Run(_folder.Path).Output.TrimEnd().Split('\n')[^1]));
    }

    [Fact]
    public void Texts_cannot_steer_the_terminal()
    {
        _folder.Write("a.yaml", "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: \"\\e[31m\"}\nspec: {}");

        Assert.DoesNotContain('\e', Run(_folder.Path).Output);
    }

    [Fact]
    public void The_projects_own_files_are_accepted() => Assert.Equal(0, Run(Path.Combine(Repository.Root, "istio")).Code);

    [Fact]
    public void The_script_runs_it()
    {
        _folder.Write("a.yaml", Yaml.Rule);
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "scripts", "mesh-check.sh"), ["a.yaml"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal((0, "a.yaml:\n  DestinationRule messageboard/user-service: accepted\n1 accepted\n"), (process.ExitCode, output));
    }
}
