namespace MessageBoard.Scripts.Tests.Kubernetes;

/// <summary>How long is waited, and what is said at the end, with a kubectl and a clock of the test's own.</summary>
public sealed class WaitsTests
{
    [Fact]
    public async Task A_question_that_fails_during_a_wait_is_asked_again()
    {
        var output = await RunAsync("""
            kubectl() {
              echo >>"$state/calls"
              (($(wc -l <"$state/calls") % 3 == 0)) || { echo "connection refused" >&2; return 1; }
              echo answer
            }
            is_there() { progress=nothing; [[ $(ask 1 get pods) == answer ]]; }
            wait_until is_there && echo there
            """);

        Assert.EndsWith("there\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_a_wait_it_fails_at_once()
    {
        var output = await RunAsync("""
            kubectl() { echo "connection refused" >&2; return 1; }
            ask 1 get pods
            """, exitCode: 70);

        Assert.Contains("command: kubectl --context ctx1 --request-timeout 30s get pods", output, StringComparison.Ordinal);
        Assert.Contains("The API server does not answer", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ImagePullBackOff", "gave up after 60 s")]
    [InlineData("ErrImageNeverPull", "gave up after 60 s")]
    [InlineData("InvalidImageName", "gave up after 60 s")]
    [InlineData("ContainerCreating", "gave up after 600 s")]
    public async Task An_image_that_cannot_be_pulled_is_not_waited_for_to_the_end(string reason, string end)
    {
        var output = await RunAsync($$"""
            never() { progress="pods ready 0/1: gateway-1 in ctx1 ({{reason}})"; return 1; }
            wait_until never || echo "gave up after $SECONDS s"
            """);

        Assert.EndsWith($"{end}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_services_in_ctx2_are_not_ready_the_way_to_ctx1_is_asked_about()
    {
        const string events = "2026-11-27T10:00:00Z\\tuser-service-1\\tReadiness probe failed: connection refused\\n"
            + "2026-11-27T10:00:00Z\\tuser-service-1\\tFailed to pull: unauthorized\\n"
            + "2026-11-27T10:00:01Z\\tuser-service-1\\tFailed to pull: unauthorized\\n";
        const string kubectl = $$"""
            kubectl() {
              case "$*" in
                *"get pods"*) echo '|user-service-1|Running|False| CrashLoopBackOff|' ;;
                *"get events"*) printf '{{events}}' ;;
                *"logs user-service-1 -c app --tail=4 --previous"*) printf 'first\nlast' ;;
              esac
            }
            pending=('2 deployment.apps/user-service')

            """;

        var output = await RunAsync(kubectl + "give_up app=user-service '2 deployment.apps/user-service' rollout status", exitCode: 70);

        Assert.Contains("istioctl --context ctx1 remote-clusters", output, StringComparison.Ordinal);
        Assert.Contains("    log user-service-1: first\n    log user-service-1: last\n", output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n'), line => line.Contains("Failed to pull: unauthorized", StringComparison.Ordinal));
        Assert.Contains("logs POD -c app --previous", output, StringComparison.Ordinal);
        // Those words are the pod's, not the API server's.
        Assert.DoesNotContain("The API server does not answer", output, StringComparison.Ordinal);
        Assert.DoesNotContain("credentials are not valid", output, StringComparison.Ordinal);

        output = await RunAsync(kubectl + "give_up app=redis '2 statefulset.apps/redis' rollout status", exitCode: 70);
        Assert.DoesNotContain("remote-clusters", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_evidence_is_of_those_who_are_waited_for_and_of_this_step_newest_first()
    {
        var output = await RunAsync("""
            kubectl() {
              case "$*" in
                *"get pods"*) printf '|kafka-0|Pending|False||0/1 nodes are available\n2026-11-27T10:00:00Z|kafka-9|Running|False||\n' ;;
                *"get events"*) printf '%s\t%s\t%s\n' \
                  '2026-11-27T09:59:59Z <nil> <nil> ' kafka-0 'of the step before' \
                  '2026-11-27T10:00:03Z <nil> <nil> ' redis-0 'of another' \
                  '2026-11-27T10:00:01Z <nil> <nil> ' kafka-0 older \
                  '<nil> 2026-11-27T10:00:02.123456Z 2026-11-27T09:00:00.123456Z ' data-kafka-0 newer \
                  '<nil> <nil> 2026-11-27T10:00:00.123456Z ' kafka oldest ;;
              esac
            }
            step_began=2026-11-27T10:00:00 pending=('1 statefulset.apps/kafka' '2 statefulset.apps/redis')
            evidence 1 app=kafka
            pods_summary app=kafka
            """);

        Assert.Equal(
            """
            pod kafka-0: Pending  0/1 nodes are available
            event data-kafka-0: newer
            event kafka-0: older
            event kafka: oldest
            pods ready 0/2: kafka-0 in ctx1 (0/1 nodes are available), kafka-0 in ctx2 (0/1 nodes are available)
            """,
            output);
    }

    [Fact]
    public async Task Off_a_terminal_only_what_matters_makes_a_line_and_names_are_whole()
    {
        const string longName = "message-service-5c9d8c7f4b-with-a-name-that-is-longer-than-a-terminal-is-wide-k7x2p";
        var output = await RunAsync($$"""
            step_title=Services
            for reason in Pending ContainerCreating ErrImagePull ImagePullBackOff ErrImagePull CrashLoopBackOff Error Running; do
              progress "pods ready 0/2: {{longName}} in ctx1 ($reason), b in ctx2 (Pending)"
            done
            progress "pods ready 1/2: b in ctx2 (Running)"
            """);

        Assert.Equal(
            [
                $"        pods ready 0/2: {longName} in ctx1 (Pending), b in ctx2 (Pending)",
                $"        pods ready 0/2: {longName} in ctx1 (ErrImagePull), b in ctx2 (Pending)",
                $"        pods ready 0/2: {longName} in ctx1 (CrashLoopBackOff), b in ctx2 (Pending)",
                "        pods ready 1/2: b in ctx2 (Running)",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <returns>What bash wrote, with the parts of deploy-all.sh loaded, in which a sleep only turns the clock on.</returns>
    private static async Task<string> RunAsync(string script, int exitCode = 0)
    {
        using var folder = new TemporaryFolder();
        const string parts = """
            set -euo pipefail
            for part in common waits istio; do source "scripts/k8s/$part.sh"; done
            mkdir -p "$state"
            unset SECONDS # bash's own would go on by itself
            timeout_seconds=600 SECONDS=0 dry_run=false
            sleep() { SECONDS=$((SECONDS + $1)); }

            """;
        var (code, output, _) = await Script.BashAsync($"exec 2>&1\n{parts}{script}", ("MESSAGEBOARD_STATE", folder.Path));
        Assert.True(code == exitCode, $"exit code {code}\n{output}");
        return output;
    }
}
