using k8s.Models;

namespace k8s;

/// <summary>A watch's stream carried a status instead of an event.</summary>
public class KubernetesException : Exception
{
    public KubernetesException()
    {
    }

    public KubernetesException(string? message)
        : base(message)
    {
    }

    public KubernetesException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public KubernetesException(V1Status status)
        : base(status?.Message) => Status = status;

    public V1Status? Status { get; private set; }
}
