using MessageBoard.Local.MeshFiles;
using MessageBoard.Local.State;

namespace MessageBoard.Local.Tests.MeshFiles;

public sealed class WorkloadFilesTests : IDisposable
{
    private static readonly ProcessState Process =
        RunStates.Process() with { Pod = "user-service-ctx1-754bc8dd6f-kghtc", Port = 20123, Http2Port = 20124, Serving = true };

    private readonly TemporaryFolder _folder = new();
    private readonly WorkloadFiles _files;

    public WorkloadFilesTests() => _files = new WorkloadFiles(new RunFiles(), _folder["workloads"]);

    private IEnumerable<string> Names =>
        Directory.EnumerateFiles(_folder["workloads"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    [Fact]
    public void A_process_that_serves_has_a_WorkloadEntry_and_one_that_is_gone_has_none()
    {
        _files.Reset(["user-service"]);
        _files.Show(Process);

        Assert.Equal(["user-service-ctx1-754bc8dd6f-kghtc.yaml", "user-service.yaml"], Names);
        Assert.Equal(
            """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata:
              name: user-service-ctx1-754bc8dd6f-kghtc
              namespace: messageboard
            spec:
              address: 127.0.0.1
              ports:
                http: 20123
                http2: 20124
              labels:
                app: user-service
                cluster: ctx1
              locality: ctx1

            """,
            File.ReadAllText(_folder["workloads/user-service-ctx1-754bc8dd6f-kghtc.yaml"]));

        _files.Show(Process with { Serving = false });
        _files.Show(Process with { Serving = false });
        Assert.Equal(["user-service.yaml"], Names);
    }

    [Fact]
    public void A_service_is_a_mesh_internal_ServiceEntry_that_selects_its_processes()
    {
        _files.Reset(["user-service"]);

        var entry = File.ReadAllText(_folder["workloads/user-service.yaml"]);
        Assert.Contains("kind: ServiceEntry", entry, StringComparison.Ordinal);
        Assert.Contains(
            "  hosts: [user-service.messageboard.svc.cluster.local]\n  location: MESH_INTERNAL\n  resolution: STATIC\n",
            entry,
            StringComparison.Ordinal);
        Assert.Contains("  workloadSelector:\n    labels:\n      app: user-service\n", entry, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_run_does_not_see_the_processes_of_the_last()
    {
        _files.Reset(["user-service"]);
        _files.Show(Process);
        _files.Reset(["user-service", "log-service"]);
        Assert.Equal(["log-service.yaml", "user-service.yaml"], Names);
    }

    public void Dispose() => _folder.Dispose();
}
