namespace MessageBoard.Mesh.Authorization;

/// <summary>What the policies say of a request.</summary>
public readonly record struct AuthorizationVerdict
{
    /// <summary>Whether it is answered.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>The policy that matched, <c>namespace/name</c>; null when it is that none did.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>The AUDIT policy that matched; null for none.</summary>
    public string? AuditedBy { get; init; }

    /// <summary>What the DENY policies in a dry run would have done; null without any.</summary>
    public DryRunResult? DryRunDeny { get; init; }

    /// <summary>What the ALLOW policies in a dry run would have done; null without any, and for a request that was denied before.</summary>
    public DryRunResult? DryRunAllow { get; init; }
}

/// <summary>What policies would have done.</summary>
/// <param name="IsAllowed">Whether they would have let the request through.</param>
/// <param name="Policy">The one that matched, <c>namespace/name</c>; null for none.</param>
public readonly record struct DryRunResult(bool IsAllowed, string? Policy);
