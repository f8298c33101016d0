namespace k8s.Exceptions;

/// <summary>The configuration cannot be used: the message names file and field, and never a value that may be secret.</summary>
public class KubeConfigException : Exception
{
    public KubeConfigException()
    {
    }

    public KubeConfigException(string message)
        : base(message)
    {
    }

    public KubeConfigException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
