using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MessageBoard.Mesh.Authentication;

/// <summary>The tokens that one workload takes, and their check.</summary>
public sealed class AuthenticationTable
{
    private readonly TokenProvider[] _providers;
    private readonly string[] _ownHeaders;

    private AuthenticationTable(TokenProvider[] providers) =>
        (_providers, _ownHeaders) = (providers, [.. providers.SelectMany(provider => provider.Headers).Distinct()]);

    /// <summary>Whether there is nothing to check.</summary>
    public bool IsEmpty => _providers.Length == 0;

    /// <summary>Takes the rules that concern a workload: those of its namespace, and those of Istio's root namespace.</summary>
    public static AuthenticationTable Compile(IReadOnlyList<IMeshResource> resources, MeshProxy workload) => new(
    [
        .. resources.OfType<RequestAuthentication>()
            .Where(authentication => workload.IsSelected(authentication.Key.Namespace, authentication.Selector))
            .SelectMany(authentication => authentication.JwtRules)
            .Select(rule => new TokenProvider(rule))
            .OrderBy(provider => provider.Issuer, StringComparer.Ordinal), // policy_applier.go, newPolicyApplier
    ]);

    /// <summary>
    /// Checks a request's tokens. It passes when one issuer's are good, or when there are none that were asked for
    /// (policy_applier.go, convertToEnvoyJwtConfig); what the token says is then written into the request as the rule has it.
    /// </summary>
    internal async ValueTask<AuthenticationVerdict> CheckAsync(HttpRequest request, KeySource source, DateTimeOffset now)
    {
        foreach (var header in _ownHeaders)
            request.Headers.Remove(header);

        if (IsPreflight(request))
            return default;

        var (problem, isRefused) = (TokenProblem.Missing, false);
        foreach (var provider in _providers)
        {
            var result = await provider.CheckAsync(request, source, now);
            if (result.Token is { } token)
            {
                provider.Apply(request, token);
                return new(null, provider.ClaimsOf(token));
            }

            isRefused |= result.Problem != TokenProblem.Missing || provider.IsRequired;
            // Of several reasons the last one that says more than that it is not the one that was looked for (Envoy's verifier.cc).
            if (result.Problem is not (TokenProblem.Missing or TokenProblem.UnknownIssuer) || problem == TokenProblem.Missing)
                problem = result.Problem!;
        }

        return isRefused ? new(problem, null) : default;
    }

    // It never has a token (bypass_cors_preflight).
    private static bool IsPreflight(HttpRequest request) => HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod.Count > 0;
}

/// <summary>What became of a request's tokens.</summary>
/// <param name="Problem">Why it is refused, in Envoy's words; null when it is not.</param>
/// <param name="Claims">What the token says; null without one.</param>
internal readonly record struct AuthenticationVerdict(string? Problem, JsonElement? Claims);
