using System.Security.Cryptography;

namespace MessageBoard.Mesh.Tls;

/// <summary>What is read of some files, and read again for the next connection when they have changed. What was good stays.</summary>
/// <param name="read">Reads them.</param>
/// <param name="paths">The files.</param>
internal sealed class CredentialFile<T>(Func<T> read, params string[] paths) where T : class
{
    private readonly Lock _gate = new();
    private (DateTime, long)[]? _stamps;
    private T? _value;

    /// <summary>What the files hold; null when they have never held anything good.</summary>
    public T? Value
    {
        get
        {
            var stamps = Array.ConvertAll(paths, StampOf);
            lock (_gate)
            {
                if (_stamps?.SequenceEqual(stamps) == true)
                    return _value;

                try
                {
                    _value = read();
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException
                    or ArgumentException)
                {
                    // The file's own problem is told where the configuration is read.
                }

                _stamps = stamps;
                return _value;
            }
        }
    }

    private static (DateTime, long) StampOf(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : default;
    }
}
