namespace MessageBoard.Gateway.Tests.Http1;

/// <summary>nginx on many ports: files, whole, in parts and compressed, and answers of its own.</summary>
internal sealed class NginxBackend : IDisposable
{
    /// <summary>What there is.</summary>
    public static readonly string[] Paths =
    [
        "files/small.txt", "files/large.bin", "files/empty", "files/none", "gzip/large.bin", "gzip/small.txt", "echo", "204", "302",
        "304", "403", "429", "500", "closes", "least/a", "slow/large.bin", "files/../echo", "files%2Fsmall.txt", "files//small.txt",
    ];

    private static readonly string[] TemporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private static readonly int[] Statuses = [204, 304, 403, 429, 500];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("messageboard-nginx-");
    private readonly TestProcess _nginx;

    private NginxBackend(int count)
    {
        Ports = [.. Enumerable.Range(0, count).Select(_ => Repository.FreePort())];
        var (folder, files) = (_folder.FullName, Path.Combine(_folder.FullName, "files"));
        Directory.CreateDirectory(files);
        File.WriteAllText(Path.Combine(files, "small.txt"), "some words of a file");
        File.WriteAllBytes(Path.Combine(files, "large.bin"), [.. Enumerable.Range(0, 150_000).Select(i => (byte)(i * 7 >> 3))]);
        File.WriteAllText(Path.Combine(files, "empty"), "");
        foreach (var file in Directory.EnumerateFiles(files))
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50)); // in Last-Modified and ETag
        var conf = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(conf, $$"""
            daemon off; master_process off; pid {{folder}}/pid; error_log {{folder}}/errors;
            events { worker_connections 1024; }
            http {
              access_log off; merge_slashes off; keepalive_requests 5; default_type text/plain; server_tokens off; absolute_redirect off;
              {{string.Join(" ", TemporaryPaths.Select(path => $"{path}_temp_path {folder};"))}}
              server {
                {{string.Join(" ", Ports.Select(port => $"listen 127.0.0.1:{port};"))}}
                location /api/messages/files/ { alias {{files}}/; add_header X-Nginx "a b"; }
                location /api/messages/gzip/ { alias {{files}}/; gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any; }
                location /api/messages/slow/ { alias {{files}}/; limit_rate 10m; }
                location /api/messages/least/ { client_max_body_size 1k; return 200 "little"; }
                location /api/messages/closes { return 444; }
                location /api/messages/302 { return 302 /api/messages/echo; }
                {{string.Join(" ", Statuses.Select(status => $"location /api/messages/{status} {{ return {status}; }}"))}}
                location / { return 200 "$request\n$http_host\n$http_x_forwarded_for\n$http_cookie\n"; }
              }
            }
            """);
        _nginx = new("nginx", ["-c", conf, "-e", $"{folder}/errors"]);
    }

    public IReadOnlyList<int> Ports { get; }

    /// <summary>Whether this machine has one.</summary>
    public static bool IsInstalled => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "nginx")));

    public static async Task<NginxBackend> StartAsync(int count)
    {
        var nginx = new NginxBackend(count);
        await Eventually.IsTrueAsync(
            () =>
            {
                Assert.False(nginx._nginx.HasExited, string.Join('\n', nginx._nginx.Errors));
                return Repository.AnswersAsync(nginx.Ports[^1]);
            },
            "nginx answers");
        return nginx;
    }

    public void Dispose()
    {
        _nginx.Dispose();
        _folder.Delete(recursive: true);
    }
}
