namespace k8s.Models;

/// <summary>What the API server says of a failure.</summary>
public record V1Status
{
    /// <summary>The HTTP status code, such as 410 for a resource version that is too old to watch from.</summary>
    public int? Code { get; set; }

    public string? Message { get; set; }

    /// <summary>One word for programs, such as <c>Expired</c>.</summary>
    public string? Reason { get; set; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string? Status { get; set; }
}
