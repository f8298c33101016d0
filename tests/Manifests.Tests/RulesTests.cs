namespace MessageBoard.Manifests.Tests;

public sealed class RulesTests
{
    public static IEnumerable<object[]> Cases { get; } =
        from folder in Rendering.Folders from rule in Rules.All.Keys select (object[])[folder, rule];

    [KubectlTheory]
    [MemberData(nameof(Cases))]
    public void What_is_rendered_keeps_to_the_rule(string folder, string rule) => Assert.Equal([], Rules.All[rule](Rendering.Of(folder)));

    /// <summary>Each rule finds what it is for.</summary>
    [KubectlTheory]
    [InlineData("images have exact versions", "ctx1", "image: mariadb:11.4.13", "image: mariadb:latest")]
    [InlineData("images have exact versions", "ctx1", "image: mariadb:11.4.13", "image: mariadb")]
    [InlineData("no secret is in git", "ctx2", "type: kubernetes.io/service-account-token", "stringData: {password: x}")]
    [InlineData("no secret is in git", "ctx1", "KAFKA_PROCESS_ROLES", "KAFKA_SASL_PASSWORD")]
    [InlineData("no secret is in git", "ctx1", "name: MARIADB_PASSWORD_FILE", "name: MARIADB_PASSWORD")]
    [InlineData("containers have probes", "ctx1", "livenessProbe:", "lifenessProbe:")]
    [InlineData("containers have requests and limits", "ctx1", "limits:", "limitz:")]
    [InlineData("pods are restricted", "ctx1", "runAsNonRoot: true", "runAsNonRoot: false")]
    [InlineData("pods are restricted", "ctx1", "type: RuntimeDefault", "type: Unconfined")]
    [InlineData("pods are restricted", "ctx1", "emptyDir:", "hostPath:")]
    [InlineData("containers are restricted", "ctx1", "allowPrivilegeEscalation: false", "privileged: true")]
    [InlineData("containers are restricted", "ctx1", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")]
    [InlineData("containers are restricted", "ctx1", "- ALL", "- NET_RAW")]
    [InlineData("jobs end", "ctx1", "sidecar.istio.io/nativeSidecar", "sidecar.istio.io/inject")]
    [InlineData("accounts have no token", "ctx1", "automountServiceAccountToken: false", "automountServiceAccountToken: true")]
    [InlineData("only who asks the API server has a token", "ctx1", "restartPolicy: OnFailure", "automountServiceAccountToken: true")]
    [InlineData("ports are named for Istio", "ctx1", "appProtocol: tcp", "appProtocol: smtp")]
    [InlineData("ports are named for Istio", "ctx1", "name: tcp-mariadb", "name: mariadb")]
    [InlineData("labels are complete", "ctx1", "version: v1", "version: v2")]
    [InlineData("labels are complete", "ctx1", "cluster: ctx1", "cluster: ctx2")]
    [InlineData("selectors match", "ctx1", "matchLabels:\n      app: mariadb", "matchLabels:\n      app: mysql")]
    [InlineData("selectors match", "ctx1", "serviceAccountName: mariadb", "serviceAccountName: default")]
    [InlineData("only kinds that are known, and none of the cluster's", "ctx1", "kind: Role\n", "kind: ClusterRole\n")]
    [InlineData("all is in our namespaces", "ctx1", "namespace: messageboard", "namespace: default")]
    [InlineData("nobody talks to anybody by default", "ctx1", "podSelector: {}", "podSelector: {matchLabels: {app: gateway}}")]
    [InlineData("pods are restricted", "observability/ctx1", "path: /var/log/pods", "path: /var/log")]
    [InlineData("pods are restricted", "observability/ctx1", "mountPath: /var/log/pods\n          name: pod-logs\n          readOnly: true",
        "mountPath: /var/log/pods\n          name: pod-logs")]
    [InlineData("nobody is root but who reads the node's logs", "observability/ctx1", "namespace: messageboard-agents",
        "namespace: messageboard")]
    [InlineData("nobody talks to anybody by default", "observability/ctx2", "name: default-deny\n  namespace: messageboard-agents",
        "name: default-deny\n  namespace: messageboard")]
    public void A_rule_can_fail(string rule, string cluster, string right, string wrong)
    {
        var folder = cluster.Contains('/', StringComparison.Ordinal) ? $"k8s/{cluster}" : $"k8s/overlays/{cluster}";
        var yaml = Rendering.YamlOf(folder);

        Assert.Contains(right, yaml, StringComparison.Ordinal);
        Assert.NotEmpty(Rules.All[rule](Rendering.Read(folder, yaml.Replace(right, wrong, StringComparison.Ordinal))));
    }
}
