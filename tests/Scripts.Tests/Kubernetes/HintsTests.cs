namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>What is said about the troubles people met, by what a failure shows.</summary>
public sealed class HintsTests
{
    [Theory]
    [InlineData("""Failed to pull image "x": rpc error: code = NotFound desc = no match for platform in manifest:"""
        + """ not found""", "not for this node's processor")]
    [InlineData("exec /usr/bin/dotnet: exec format error", "not for this node's processor")]
    [InlineData("pod gateway-7d4: Pending ImagePullBackOff", "--registry-secret FILE")]
    [InlineData("pod gateway-7d4: Pending ErrImagePull", "pushed (scripts/build-images.sh)")]
    [InlineData("MySqlException: Unknown database 'messageboard'", "its volume is older than the Secret")]
    [InlineData("Access denied for user 'messageboard'@'10.1.2.3' (using password: YES)", "scripts/cleanup.sh --data")]
    [InlineData("pod user-service-5b: Running CrashLoopBackOff", "logs POD -c app --previous")]
    [InlineData("0/3 nodes are available: 3 Insufficient cpu.", "No node has room")]
    [InlineData("0/3 nodes are available: 2 Insufficient memory.", "No node has room")]
    [InlineData("pod has unbound immediate PersistentVolumeClaims", "kubectl get storageclass")]
    [InlineData("Error syncing load balancer: LoadBalancer quota exceeded", "The cloud has given no address")]
    [InlineData("""pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false""", "CNI component")]
    [InlineData("""admission webhook "validation.istio.io" denied the request: weights""", "An admission rule refuses")]
    [InlineData("""failed calling webhook "namespace.sidecar-injector.istio.io": context deadline exceeded""", "does not reach istiod")]
    [InlineData("""Error from server (Forbidden): namespaces is forbidden: User "me" cannot create resource""", "kubectl auth can-i "
        + "--list")]
    [InlineData("error: You must be logged in to the server (Unauthorized)", "log in to the cloud again")]
    [InlineData("""error: context "ctx2" does not exist""", "kubectl config get-contexts")]
    [InlineData("The connection to the server 10.0.0.1:6443 was refused - connection refused", "is the VPN on")]
    [InlineData("""no matches for kind "VirtualService" in version "networking.istio.io/v1" """, "Istio's CRDs come with Istio")]
    [InlineData("spec.template: Invalid value: field is immutable", "delete the object named above")]
    public async Task A_trouble_has_its_hint(string shown, string hint) =>
        Assert.Contains(hint, await HintsForAsync(shown), StringComparison.Ordinal);

    [Fact]
    public async Task What_nobody_has_met_has_none() => Assert.Empty(await HintsForAsync("something new under the sun"));

    [Fact]
    public async Task A_hint_fits_a_terminal() =>
        Assert.All(
            (await HintsForAsync("exec format error ErrImagePull unknown database CrashLoopBackOff insufficient cpu loadbalancer "
                + "forbidden unauthorized")).Split('\n'),
            line => Assert.True(line.Length <= 92, line));

    private static async Task<string> HintsForAsync(string text)
    {
        var (code, output, _) = await Script.BashAsync(
            """set -euo pipefail; source scripts/k8s/hints.sh; hints_for "$TEXT" """, ("TEXT", text));
        Assert.Equal(0, code);
        return output;
    }
}
