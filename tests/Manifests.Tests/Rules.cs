using Rule = System.Func<MessageBoard.Manifests.Tests.Rendering, System.Collections.Generic.IEnumerable<string>>;

namespace MessageBoard.Manifests.Tests;

/// <summary>What reviews look for: each rule takes what is rendered of one folder and says what is wrong with it.</summary>
internal static partial class Rules
{
    // https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
    private static readonly string[] Protocols = ["http", "http2", "https", "grpc", "grpc-web", "tcp", "tls", "mongo", "mysql", "redis"];

    // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    private static readonly string[] Volumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    // What every API server that is meant knows, and nothing that reaches beyond the namespace or whose deletion takes data along.
    private static readonly string[] Kinds =
    [
        "v1 ConfigMap", "v1 Secret", "v1 Service", "v1 ServiceAccount", "apps/v1 Deployment", "apps/v1 StatefulSet", "apps/v1 DaemonSet",
        "batch/v1 Job", "networking.k8s.io/v1 NetworkPolicy", "policy/v1 PodDisruptionBudget",
        "rbac.authorization.k8s.io/v1 Role", "rbac.authorization.k8s.io/v1 RoleBinding",
        "networking.istio.io/v1 DestinationRule", "networking.istio.io/v1 Gateway", "networking.istio.io/v1 VirtualService",
        "security.istio.io/v1 AuthorizationPolicy", "security.istio.io/v1 PeerAuthentication", "telemetry.istio.io/v1 Telemetry",
    ];

    private static readonly string[] Namespaces = ["messageboard", "messageboard-observability", "messageboard-agents"];

    private static readonly string[] CommonLabels =
        ["app.kubernetes.io/name", "app.kubernetes.io/part-of=messageboard", "app.kubernetes.io/managed-by=messageboard"];

    public static IReadOnlyDictionary<string, Rule> All { get; } = new Dictionary<string, Rule>
    {
        ["images have exact versions"] = EachContainer((_, container) =>
            [(ImageWithVersion.IsMatch(Text(container["image"])), Text(container["image"]))]),
        ["no secret is in git"] = Secrets,
        ["containers have probes"] = EachContainer((manifest, container) => manifest.Kind is "Job" ? [] :
            Present(container, "startupProbe", "livenessProbe", "readinessProbe")),
        ["containers have requests and limits"] = EachContainer((_, container) =>
            from part in (string[])["requests", "limits"]
            from name in (string[])["cpu", "memory"]
            select (container["resources"]?[part]?[name] is not null, $"{part} {name}")),
        ["pods are restricted"] = Each(Pod),
        ["containers are restricted"] = EachContainer(Container),
        ["jobs end"] = Each(manifest => manifest.Kind is not "Job" ? [] :
        [
            .. Present(manifest.Spec!, "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"),
            (Text(manifest.Template!["metadata"]!["annotations"]?["sidecar.istio.io/nativeSidecar"]) == "true", "the sidecar ends with it"),
        ]),
        ["accounts have no token"] = Each(manifest => manifest.Kind is not "ServiceAccount" ? [] :
        [
            (Text(manifest.Json["automountServiceAccountToken"]) == "false", "automountServiceAccountToken"),
            (Items(manifest.Json["imagePullSecrets"]).Select(secret => Text(
                secret["name"])).SequenceEqual(["registry"]), "imagePullSecrets"),
        ]),
        ["only who asks the API server has a token"] = Each(manifest =>
            manifest is not { Template: { } template, Name: not ("gateway" or "agent" or "prometheus" or "prometheus-agent") } ? [] :
            [(template["spec"]!["automountServiceAccountToken"] is null, "automountServiceAccountToken")]),
        ["ports are named for Istio"] = Each(Ports),
        ["labels are complete"] = Labels,
        ["selectors match"] = Selectors,
        ["only kinds that are known, and none of the cluster's"] = rendering => rendering.Cluster == ""
            && rendering.Manifests.All(manifest => manifest.Kind == "Namespace") ? [] :
            Each(manifest => [(Kinds.Contains($"{Text(manifest.Json["apiVersion"])} {manifest.Kind}"), Text(manifest.Json["apiVersion"]))])(
                rendering),
        ["all is in our namespaces"] = Each(manifest =>
            [(manifest.Kind is "Namespace"
                ? Namespaces.Contains(manifest.Name) && manifest.Namespace == ""
                : Namespaces.Contains(manifest.Namespace), manifest.Namespace)]),
        ["nobody is root but who reads the node's logs"] = EachContainer((manifest, container) =>
            [(container["securityContext"]?["runAsNonRoot"] is null && Text(container["securityContext"]?["runAsUser"]) != "0"
                || ReadsLogs(manifest), Text(container["name"]))]),
        ["nobody talks to anybody by default"] = DefaultDeny,
    };

    [GeneratedRegex(@"^(messageboard/[a-z-]+:unset|[a-z][a-z/-]*:v?\d+\.\d+\.\d+)$")]
    private static partial Regex ImageWithVersion { get; }

    // A password's file may be named, its value not.
    [GeneratedRegex("(password|passwd|token|secret|connectionstrings).*(?<!file)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName { get; }

    private static Func<Rendering, IEnumerable<string>> Each(Func<Manifest, IEnumerable<(bool Right, string What)>> rule) => rendering =>
        from manifest in rendering.Manifests
        from check in rule(manifest)
        where !check.Right
        select $"{manifest}: {check.What}";

    private static Func<Rendering, IEnumerable<string>> EachContainer(
        Func<Manifest, JsonNode, IEnumerable<(bool Right, string What)>> rule) =>
        Each(manifest => manifest.Containers.SelectMany(container => rule(manifest, container)));

    private static IEnumerable<(bool Right, string What)> Present(JsonNode node, params string[] names) =>
        names.Select(name => (node[name] is not null, name));

    private static IEnumerable<string> Secrets(Rendering rendering) =>
    [
        .. rendering.Of("Secret").Where(secret => secret.Json["data"] is not null
            || secret.Json["stringData"] is not null).Select(secret => $"{secret} has data"),
        .. rendering.Of("ConfigMap").SelectMany(map => Entries(map.Json["data"])).Where(entry => SecretName.IsMatch(
            entry.Key)).Select(entry => entry.Key),
        .. from manifest in rendering.Manifests
           from container in manifest.Containers
           from variable in Items(container["env"])
           where variable["value"] is not null && SecretName.IsMatch(Text(variable["name"]))
           select $"{manifest}: {Text(variable["name"])}",
    ];

    private static IEnumerable<(bool, string)> Pod(Manifest manifest)
    {
        if (manifest.Template?["spec"] is not { } pod)
            yield break;

        yield return (Text(pod["securityContext"]?["runAsNonRoot"]) == "true", "runAsNonRoot");
        yield return (Text(pod["securityContext"]?["seccompProfile"]?["type"]) == "RuntimeDefault", "seccompProfile");
        yield return (Text(pod["enableServiceLinks"]) == "false", "enableServiceLinks");
        foreach (var name in (string[])["hostNetwork", "hostPID", "hostIPC"])
            yield return (pod[name] is null, name);

        foreach (var volume in Items(pod["volumes"]))
            yield return (Entries(volume).All(entry => entry.Key == "name" || Volumes.Contains(entry.Key)
                || (entry.Key == "hostPath" && Text(entry.Value?["path"]) == "/var/log/pods" && ReadsLogs(manifest))),
                $"volume {Text(volume["name"])}");
    }

    /// <summary>The one exception: it has a namespace of its own, and only reads.</summary>
    private static bool ReadsLogs(Manifest manifest) =>
        manifest is { Kind: "DaemonSet", Name: "agent", Namespace: "messageboard-agents" }
        && manifest.Containers.SelectMany(container => Items(container["volumeMounts"]))
            .All(mount => Text(mount["mountPath"]) != "/var/log/pods" || Text(mount["readOnly"]) == "true");

    private static IEnumerable<(bool, string)> Container(Manifest manifest, JsonNode container)
    {
        var context = container["securityContext"];
        yield return (Text(context?["allowPrivilegeEscalation"]) == "false", "allowPrivilegeEscalation");
        yield return (Text(context?["readOnlyRootFilesystem"]) == "true", "readOnlyRootFilesystem");
        yield return (Items(context?["capabilities"]?["drop"]).Select(Text).SequenceEqual(["ALL"]), "capabilities");
        yield return (context?["capabilities"]?["add"] is null && context?["privileged"] is null, "privileges");
        yield return (Items(container["ports"]).All(port => port["hostPort"] is null), "hostPort");
        yield return (Items(container["volumeMounts"]).Any(mount => Text(mount["mountPath"]) == "/tmp"), "/tmp");
    }

    private static IEnumerable<(bool, string)> Ports(Manifest manifest) =>
    [
        .. from port in Items(manifest.Kind is "Service" ? manifest.Spec!["ports"] : null)
           let protocol = Text(port["appProtocol"])
           select (Protocols.Contains(protocol)
               && $"{Text(port["name"])}-".StartsWith($"{protocol}-", StringComparison.Ordinal), $"port {Text(port["port"])}"),
        .. from container in manifest.Containers
           from port in Items(container["ports"])
           select (port["name"] is not null, $"port {Text(port["containerPort"])}"),
    ];

    private static IEnumerable<string> Labels(Rendering rendering)
    {
        string[] wanted = rendering.Cluster == ""
            ? CommonLabels
            : [.. CommonLabels, "app", "app.kubernetes.io/component", "version=v1", $"cluster={rendering.Cluster}"];
        return from manifest in rendering.Manifests
               from labels in manifest.Template is { } template
                   ? new[] { manifest.Labels, template["metadata"]?["labels"] }
                   : [manifest.Labels]
               from label in wanted
               let parts = label.Split('=')
               let value = Text(labels?[parts[0]])
               where value == "" || (parts.Length == 2 && value != parts[1])
               select $"{manifest}: {label}";
    }

    private static IEnumerable<string> Selectors(Rendering rendering)
    {
        var accounts = rendering.Of("ServiceAccount").Select(account => account.Name).ToHashSet();
        return Each(manifest => manifest.Template is not { } template ? [] :
        [
            (manifest.Kind is "Job" || (manifest.Spec!["selector"]?["matchLabels"] is JsonObject { Count: > 0 } selector
                && Selects(selector, template["metadata"]!["labels"])), "selector"),
            .. Items(template["spec"]!["topologySpreadConstraints"]).Select(spread => (Selects(
                manifest.Spec!["selector"]!["matchLabels"],
                spread["labelSelector"]?["matchLabels"]), "topologySpreadConstraints")),
            (accounts.Contains(Text(template["spec"]!["serviceAccountName"])), "serviceAccountName"),
            (manifest.Kind is not "Deployment" || rendering.Of("Service").Any(service => Selects(
                service.Spec!["selector"],
                template["metadata"]!["labels"])), "has no Service"),
        ])(rendering);
    }

    private static IEnumerable<string> DefaultDeny(Rendering rendering)
    {
        var ofPods = rendering.Manifests.Where(manifest => manifest.Template is not null).Select(manifest => manifest.Namespace).Distinct();
        foreach (var space in ofPods)
        {
            if (!rendering.Of("NetworkPolicy").Any(policy => policy.Namespace == space
                && policy.Spec is { } spec && spec["podSelector"] is JsonObject { Count: 0 } && Items(spec["policyTypes"]).Count() == 2
                && spec["ingress"] is null && spec["egress"] is null))
                yield return $"no NetworkPolicy denies all in {space}";
        }

        if (rendering.Of("AuthorizationPolicy").Any() && !rendering.Of("AuthorizationPolicy").Any(policy =>
            policy.Spec is { } spec && spec["selector"] is null && spec["rules"] is null && Text(spec["action"]) == "ALLOW"))
            yield return "no AuthorizationPolicy denies all";
    }
}
