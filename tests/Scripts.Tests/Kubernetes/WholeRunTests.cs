using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>deploy-all.sh and cleanup.sh, from two empty clusters to two empty clusters.</summary>
public sealed class WholeRunTests(WholeRun run) : IClassFixture<WholeRun>
{
    private static readonly string[] Steps =
    [
        "Tools and versions", "Both clusters and the rights in them", "Istio's CRDs alone", "Common root CA", "Istio",
        "East-west gateways", "Remote secrets",
        "Namespace", "Secrets",
        "Stores", "A flat network", "Jobs: schema and topic", "Services", "Gateway", "Mesh configuration", "Observability", "Rollouts",
        "A request from ctx1 is answered by ctx2", "Address",
    ];

    [KubeApiFact]
    public void A_dry_run_shows_each_steps_commands_and_changes_nothing()
    {
        run.DryRun.MustEnd(0);
        Assert.Equal(run.Empty, run.DryRun.After);
        for (var i = 0; i < Steps.Length; i++)
            Assert.Contains($"[{i + 1,2}/19] {Steps[i]} …", run.DryRun.Output, StringComparison.Ordinal);

        Assert.Contains("istioctl install --context ctx1 --filename ", run.DryRun.Output, StringComparison.Ordinal);
        Assert.Contains("create -f -  # Secret mariadb\n", run.DryRun.Output, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.\n", run.DryRun.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            run.DryRun.Calls,
            call => call.StartsWith("istioctl", StringComparison.Ordinal) && !call.Contains(" version ", StringComparison.Ordinal));
        Assert.Matches(@"create-remote-secret --context ctx2 --name ctx2 --server https://(?!127\.)\d", run.DryRun.Output);

        run.SecondDryRun.MustEnd(0);
        Assert.Equal(run.SecondRun.After, run.CleanupDryRun.After);
    }

    [KubeApiFact]
    public void A_failure_names_step_command_last_lines_and_what_to_look_at_and_the_next_run_carries_on()
    {
        run.FailedRun.MustEnd(1);
        Assert.Contains("Step 5 of 19 failed: Istio\n", run.FailedRun.Errors, StringComparison.Ordinal);
        Assert.Contains("  command: istioctl install --context ctx2 --filename ", run.FailedRun.Errors, StringComparison.Ordinal);
        Assert.Contains("    Error: 0/3 nodes: Insufficient cpu\n", run.FailedRun.Errors, StringComparison.Ordinal);
        Assert.Contains("No node has room for the pod.", run.FailedRun.Errors, StringComparison.Ordinal);
        Assert.Contains("The same command again carries on from here.", run.FailedRun.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("[ 6/19]", run.FailedRun.Output, StringComparison.Ordinal);

        run.FirstRun.MustEnd(0);
        Assert.DoesNotContain(run.FirstRun.Calls, call => call.StartsWith(
            "istioctl install --context ctx1",
            StringComparison.Ordinal) && call.Contains("/istio.yaml", StringComparison.Ordinal));
    }

    [KubeApiFact]
    public void A_load_balancer_without_an_address_is_told_before_anything_waits_for_the_other_cluster()
    {
        Assert.Contains("Step 6 of 19 failed: East-west gateways\n", run.PendingRun.MustEnd(1).Errors, StringComparison.Ordinal);
        Assert.Contains("istio-eastwestgateway in ctx1 has no address yet", run.PendingRun.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "  command: kubectl --context ctx1 --namespace istio-system describe service istio-eastwestgateway\n",
            run.PendingRun.Errors,
            StringComparison.Ordinal);
        Assert.Contains(
            "    event istio-eastwestgateway: Error syncing load balancer: forbidden by quota\n",
            run.PendingRun.Errors,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Your user lacks a right", run.PendingRun.Errors, StringComparison.Ordinal);
        Assert.Contains("The cloud has given no address", run.PendingRun.Errors, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void A_cross_network_gateway_that_was_there_stays_its_maker_s()
    {
        const string gateway = "ctx1 Gateway networking.istio.io/v1 istio-system/cross-network-gateway";
        Assert.Contains("ctx1's own Gateway cross-network-gateway stays", run.FirstRun.Output, StringComparison.Ordinal);
        Assert.Equal(run.CleanupDryRun.After[gateway], run.Cleanup.After[gateway]);
        Assert.Contains(gateway, run.WholeCleanup.After.Keys);
    }

    [KubeApiFact]
    public void An_API_server_on_a_port_that_the_gateway_may_not_reach_is_told() =>
        Assert.Matches(@"API server of ctx2 listens on port \d+, and NetworkPolicy\s+gateway lets", run.FirstRun.Output);

    [KubeApiFact]
    public void Each_step_is_named_with_its_time()
    {
        for (var i = 0; i < Steps.Length; i++)
        {
            var end = Steps[i] switch
            {
                "Observability" => @"left out \(no --observability\)",
                "Istio's CRDs alone" or "A flat network" => @"left out \(no --proxyless\)",
                _ => @"ok \d+ s",
            };
            Assert.Matches(@$"(?m)^\[{i + 1,2}/19\] {Regex.Escape(Steps[i])} … {end}", run.FirstRun.Output);
        }

        Assert.All(
            run.FirstRun.Output.Split('\n').Where(line => !line.StartsWith("  kubectl", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= 132, line));
    }

    [KubeApiFact]
    public void The_calls_come_in_the_order_in_which_one_needs_the_other()
    {
        // Each of these is the first call of its kind in the runs from (nearly) nothing.
        var calls = run.PendingRun.Calls.Concat(run.FirstRun.Calls).ToList();
        string[] order =
        [
            "istioctl version", "get --raw /version", "auth can-i", "istioctl install --context ctx2 .*/istio.yaml",
            "istioctl install --context ctx1 .*/eastwest.yaml",
            "apply -f .*/cross-network-gateway.yaml", "istioctl create-remote-secret --context ctx1",
            "istioctl create-remote-secret --context ctx2", "apply -k .*/k8s/namespace",
            "get secret mariadb", "apply -k .*/ctx2 -l app.kubernetes.io/name=gateway", "apply -k .* notin ", "rollout status .*mariadb",
            @"apply -k .* in \(schema,topic",
            "wait --for=condition=Complete", @"apply -k .* in \(user-service", "apply -k .*/ctx1 -l app.kubernetes.io/name=gateway",
            "apply -k .*/ctx1/policies", "create -k .*/ctx1/routes", "rollout status .*part-of", "port-forward",
        ];
        var last = -1;
        foreach (var call in order)
        {
            var index = calls.FindIndex(recorded => Regex.IsMatch(recorded, call));
            Assert.True(index > last, $"'{call}' is call {index}, the one before it {last}:\n{string.Join('\n', calls)}");
            last = index;
        }
    }

    [KubeApiFact]
    public void Every_call_to_an_API_server_names_its_context_and_a_time_limit() =>
        Assert.All(
            run.Runs.SelectMany(each => each.Calls).Where(call => call.StartsWith("kubectl ", StringComparison.Ordinal)
                && !Regex.IsMatch(call, "^kubectl (version --client|kustomize |label --local)")),
            call =>
            {
                Assert.Matches("--context ctx[12] ", call);
                Assert.Contains("--request-timeout ", call, StringComparison.Ordinal);
            });

    [KubeApiFact]
    public void A_second_run_changes_no_object()
    {
        run.SecondRun.MustEnd(0);
        Assert.Equal(run.BeforeSecondRun, run.SecondRun.After);
        Assert.Contains(run.SecondRun.After.Keys, name => name.Contains("messageboard/user-service", StringComparison.Ordinal));
    }

    [KubeApiFact]
    public void Edited_weights_survive_and_the_run_says_so()
    {
        Assert.Equal(["12 88", "12 88"], run.Weights);
        Assert.Contains(
            "kept with their weights: log-service, message-service, messageboard-ingress", run.SecondRun.Output, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void Both_clusters_have_the_same_random_passwords()
    {
        foreach (var name in new[] { "mariadb", "redis", "stores", "admin" })
            Assert.Equal(run.Secrets["ctx1"][$"messageboard/{name}"], run.Secrets["ctx2"][$"messageboard/{name}"]);

        var secrets = run.Secrets["ctx1"];
        string[] passwords =
            [
                secrets["messageboard/mariadb"]["root-password"], secrets["messageboard/mariadb"]["password"],
                secrets["messageboard/redis"]["password"], secrets["messageboard/admin"]["admin-password"],
            ];
        Assert.Equal(4, passwords.Distinct().Count());
        Assert.All(passwords, password => Assert.Matches("^[0-9a-f]{48}$", password));
        Assert.Equal(
            $"Server=mariadb;Port=3306;Database=messageboard;User ID=messageboard;Password={passwords[1]}",
            secrets["messageboard/stores"]["ConnectionStrings__MariaDb"]);
        Assert.Equal($"redis:6379,password={passwords[2]}", secrets["messageboard/stores"]["ConnectionStrings__Redis"]);
    }

    [KubeApiFact]
    public void No_secret_value_is_in_a_command_line_in_the_output_or_in_the_log()
    {
        var values = run.Secrets.Values.SelectMany(secrets => secrets.Values).SelectMany(data => data.Values)
            .SelectMany(value => value.Split('\n')).Where(line => line.Length >= 16
                && !line.Contains("CERTIFICATE", StringComparison.Ordinal))
            .SelectMany(line => new[] { line, Convert.ToBase64String(Encoding.UTF8.GetBytes(line)) }).ToHashSet();
        // the kubeconfig's own words, and the certificates' that anybody may know
        values.RemoveWhere(value => Regex.IsMatch(value, "^ *(- )?[a-z-]+:( |$)"));
        var said = string.Concat(run.Runs.Select(each => $"{each}\n{string.Join('\n', each.Calls)}\n")) + run.Log;

        Assert.NotEmpty(values);
        Assert.DoesNotContain(values, value => said.Contains(value, StringComparison.Ordinal));
    }

    [KubeApiFact]
    public void Both_meshes_have_an_intermediate_of_one_root()
    {
        var root = run.Secrets["ctx1"]["istio-system/cacerts"]["root-cert.pem"];
        Assert.Equal(root, run.Secrets["ctx2"]["istio-system/cacerts"]["root-cert.pem"]);
        Assert.NotEqual(
            run.Secrets["ctx1"]["istio-system/cacerts"]["ca-cert.pem"], run.Secrets["ctx2"]["istio-system/cacerts"]["ca-cert.pem"]);
        foreach (var context in KubeApi.Contexts)
        {
            var cacerts = run.Secrets[context]["istio-system/cacerts"];
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(root));
            using var intermediate = X509Certificate2.CreateFromPem(cacerts["ca-cert.pem"], cacerts["ca-key.pem"]);
            Assert.True(chain.Build(intermediate));
            Assert.Equal(2, chain.ChainElements.Count);
            Assert.True(intermediate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
            Assert.StartsWith(cacerts["ca-cert.pem"].TrimEnd(), cacerts["cert-chain.pem"], StringComparison.Ordinal);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, run.RootKeyMode);
    }

    [KubeApiFact]
    public void The_gateway_s_kubeconfig_reaches_ctx2_with_the_rights_of_the_Role()
    {
        Assert.Contains("virtualservice.networking.istio.io/user-service", run.RemoteList, StringComparison.Ordinal);
        Assert.Contains("Forbidden", run.RemoteDelete, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void Each_istiod_may_read_the_other_cluster()
    {
        Assert.Equal("the-token-of-ctx2-is-not-to-be-seen", run.Secrets["ctx1"]["istio-system/istio-remote-secret-ctx2"]["ctx2"]);
        Assert.Equal("the-token-of-ctx1-is-not-to-be-seen", run.Secrets["ctx2"]["istio-system/istio-remote-secret-ctx1"]["ctx1"]);
    }

    [KubeApiFact]
    public void The_end_says_where_the_page_is_and_how_to_get_the_password()
    {
        Assert.Contains("its load balancer has no address (yet)", run.FirstRun.Output, StringComparison.Ordinal);
        Assert.Contains("port-forward service/istio-ingressgateway 8080:80", run.FirstRun.Output, StringComparison.Ordinal);
        Assert.Contains("get secret admin -o jsonpath=", run.FirstRun.Output, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void A_page_with_a_name_and_a_certificate_is_at_https_and_answers_to_the_name_and_the_address()
    {
        Assert.Equal("board.example.com,192.0.2.1", run.GatewayHosts);
        using var servers = JsonDocument.Parse(run.Gateway);
        Assert.Collection(
            servers.RootElement.EnumerateArray(),
            http => Assert.True(http.GetProperty("tls").GetProperty("httpsRedirect").GetBoolean()),
            https =>
            {
                Assert.Equal(443, https.GetProperty("port").GetProperty("number").GetInt32());
                Assert.Equal("messageboard-tls", https.GetProperty("tls").GetProperty("credentialName").GetString());
            });
        Assert.All(
            servers.RootElement.EnumerateArray(),
            server => Assert.Equal("board.example.com", server.GetProperty("hosts").EnumerateArray().Single().GetString()));
        Assert.StartsWith("kubernetes.io/tls LS0tLS1CRUdJTiBDRVJU", run.TlsSecret, StringComparison.Ordinal);
        Assert.Contains("MessageBoard runs:  https://board.example.com\nThe name has to lead to 192.0.2.1.\n", run.NamedRun.Output,
            StringComparison.Ordinal);
        Assert.Contains(
            run.NamedRun.Calls, call => call.Contains("port-forward service/istio-ingressgateway :443", StringComparison.Ordinal));
        Assert.DoesNotContain("BEGIN PRIVATE KEY", run.Log, StringComparison.Ordinal);
    }

    [KubeApiFact]
    public void Cleanup_asks_and_a_no_or_a_dry_run_removes_nothing()
    {
        run.RefusedCleanup.MustEnd(1);
        Assert.EndsWith("Nothing was removed.\n", run.RefusedCleanup.Output, StringComparison.Ordinal);
        run.CleanupDryRun.MustEnd(0);
        Assert.Contains("statefulset.apps/mariadb", run.CleanupDryRun.Output, StringComparison.Ordinal);
        Assert.Contains("persistentvolumeclaim/data-mariadb-0", run.CleanupDryRun.Output, StringComparison.Ordinal);
        Assert.Equal(run.SecondRun.After, run.CleanupDryRun.After);
    }

    [KubeApiFact]
    public void Cleanup_keeps_the_data_the_passwords_that_open_it_and_Istio()
    {
        run.Cleanup.MustEnd(0);
        Assert.Equal(
            [
                "Namespace v1 /messageboard", "PersistentVolumeClaim v1 messageboard/data-mariadb-0", "Secret v1 messageboard/admin",
                "Secret v1 messageboard/mariadb", "Secret v1 messageboard/redis", "Secret v1 messageboard/stores",
            ],
            Left(run.Cleanup.After, "ctx1", "messageboard"));
        Assert.Equal(
            ["ConfigMap v1 istio-system/istio-leader", "ConfigMap v1 istio-system/messageboard-installed-eastwest", "ConfigMap v1 "
                + "istio-system/messageboard-installed-istio", "Deployment apps/v1 istio-system/istio-eastwestgateway",
             "Deployment apps/v1 istio-system/istiod", "Namespace v1 /istio-system", "Pod v1 istio-system/istiod-1",
             "Secret v1 istio-system/cacerts", "Service v1 istio-system/istio-eastwestgateway"],
            Left(run.Cleanup.After, "ctx2", "istio-system").Where(name => !name.Contains("ingressgateway", StringComparison.Ordinal)));
    }

    [KubeApiFact]
    public void Cleanup_with_data_and_Istio_leaves_only_what_others_made()
    {
        run.WholeCleanup.MustEnd(0);
        // The namespaces in ctx2 are being deleted: the controller that ends it, and what Istio's pods have left in it, is not here.
        Assert.Equal(
            ["ConfigMap v1 "
                + "istio-system/istio-leader", "Namespace v1 /istio-system", "Namespace v1 /messageboard", "Pod v1 istio-system/istiod-1"],
            LeftIn("ctx2"));
        Assert.Contains(run.WholeCleanup.Calls, call => call.StartsWith(
            "kubectl --context ctx2",
            StringComparison.Ordinal) && call.Contains("delete namespace messageboard", StringComparison.Ordinal));
        Assert.DoesNotContain(run.WholeCleanup.Calls, call => call.StartsWith(
            "kubectl --context ctx1",
            StringComparison.Ordinal) && call.Contains("delete namespace", StringComparison.Ordinal));
        Assert.Contains(run.WholeCleanup.Calls, call => call.StartsWith(
            "kubectl --context ctx2",
            StringComparison.Ordinal) && call.Contains("delete namespace istio-system", StringComparison.Ordinal));
        Assert.Contains(run.WholeCleanup.Calls, call => call.Contains(
            " delete --namespace messageboard",
            StringComparison.Ordinal) && call.Contains(" persistentvolumeclaim/data-mariadb-0", StringComparison.Ordinal));
        Assert.DoesNotContain(run.WholeCleanup.Calls, call => call.Contains("persistentvolumeclaim/others", StringComparison.Ordinal));
        Assert.Contains(
            "namespace messageboard of ctx1 stays: others' things are in it:", run.WholeCleanup.Output, StringComparison.Ordinal);

        Assert.Equal(
            [
                "ConfigMap v1 messageboard/others", "Gateway networking.istio.io/v1 istio-system/cross-network-gateway",
                "Namespace v1 /istio-system", "Namespace v1 /messageboard", "Namespace v1 /others", "Secret v1 istio-system/others",
                "VirtualService networking.istio.io/v1 messageboard/others",
            ],
            LeftIn("ctx1").Where(name => !name.StartsWith("PersistentVolumeClaim", StringComparison.Ordinal)));
        Assert.Equal(["deploy.log", "lock"], run.StateAfterWholeCleanup);

        IEnumerable<string> LeftIn(string context) => run.WholeCleanup.After.Keys.Except(run.Empty.Keys)
            .Where(name => name.StartsWith($"{context} ", StringComparison.Ordinal)).Select(name => name[5..])
            .Order(StringComparer.Ordinal);
    }

    /// <summary>What the run has left in a namespace of a cluster, and the namespace; without what other people put there.</summary>
    private IEnumerable<string> Left(IReadOnlyDictionary<string, string> objects, string context, string name) =>
        objects.Keys.Except(run.Empty.Keys)
            .Where(key => key.StartsWith(context, StringComparison.Ordinal)
                && (key.Contains($" {name}/", StringComparison.Ordinal) || key.EndsWith($" /{name}", StringComparison.Ordinal)))
            .Select(key => key[(context.Length + 1)..])
            .Where(key => !key.EndsWith("/others", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
