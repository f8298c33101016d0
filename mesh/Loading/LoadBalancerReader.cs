namespace MessageBoard.Mesh.Loading;

internal static class LoadBalancerReader
{
    private const int MaxRingSize = 8 * 1024 * 1024; // Envoy's
    private const int MaxTableSize = 5_000_011; // Envoy's, exclusive as in Istio

    private static readonly string[] Keys = ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"];

    public static LoadBalancer? Read(YamlFields policy)
    {
        if (policy.Object("loadBalancer") is not { } balancer)
            return null;

        var given = (balancer.Has("simple") ? 1 : 0) + (balancer.Has("consistentHash") ? 1 : 0)
            + (balancer.Has("backendUtilization") ? 1 : 0);
        if (given > 1)
            balancer.Report(null, "has to have one of simple, consistentHash and backendUtilization");

        var read = new LoadBalancer
        {
            Warmup = ReadWarmup(balancer),
            Algorithm = ReadAlgorithm(balancer),
            ConsistentHash = balancer.Object("consistentHash") is { } hash ? ReadHash(hash) : null,
            Locality = LocalityReader.Read(balancer, policy.Has("outlierDetection")),
            ZoneAware = LocalityReader.ReadZoneAware(balancer, policy.Has("outlierDetection")),
        };
        if (read.ConsistentHash is not null || read.Algorithm == LoadBalancingAlgorithm.Random)
        {
            foreach (var name in (ReadOnlySpan<string>)["warmup", "warmupDurationSecs"])
                balancer.Note(name, "has no effect, in Istio neither: it is for LEAST_REQUEST and ROUND_ROBIN");
        }

        OtherPolicyValidator.CheckUtilization(balancer);
        balancer.Done("backendUtilization");
        return read;
    }

    private static Warmup? ReadWarmup(YamlFields balancer)
    {
        var old = balancer.Duration("warmupDurationSecs", DurationRule.AtLeastMillisecond);
        if (balancer.Object("warmup") is not { } warmup)
            return old is null ? null : new(old.Value);

        if (old is not null)
            balancer.Note("warmupDurationSecs", "has no effect beside warmup");

        if (!warmup.Has("duration"))
            warmup.Report("duration", "is missing");

        var read = new Warmup(
            warmup.Duration("duration") ?? TimeSpan.FromMilliseconds(1), warmup.Number("minimumPercent", 0, 100) ?? 10,
            warmup.Number("aggression", 0, double.MaxValue) ?? 1);
        if (read.Aggression == 0)
            warmup.Report("aggression", "has to be greater than 0");

        warmup.Done();
        return read;
    }

    private static LoadBalancingAlgorithm ReadAlgorithm(YamlFields balancer)
    {
        switch (balancer.Word("simple", "UNSPECIFIED", "LEAST_REQUEST", "LEAST_CONN", "ROUND_ROBIN", "RANDOM", "PASSTHROUGH"))
        {
            case "ROUND_ROBIN":
                return LoadBalancingAlgorithm.RoundRobin;
            case "RANDOM":
                return LoadBalancingAlgorithm.Random;
            case "PASSTHROUGH":
                balancer.Refuse("simple", "PASSTHROUGH is not carried out by the local mesh");
                break;
        }

        return LoadBalancingAlgorithm.LeastRequest;
    }

    private static ConsistentHash? ReadHash(YamlFields hash)
    {
        var header = hash.FilledText("httpHeaderName");
        var parameter = hash.FilledText("httpQueryParameterName");
        var sourceIp = hash.Flag("useSourceIp");
        var cookie = hash.Object("httpCookie");
        var (name, path, ttl, attributes) = cookie is null ? default : ReadCookie(cookie);
        var ring = ReadRingSize(hash);
        var table = ReadTableSize(hash);
        hash.Done();

        if (Keys.Count(hash.Has) > 1)
            hash.Report(null, $"has to have one of {string.Join(", ", Keys)}");
        else if (header is not null)
            return new(HashKey.Header, header, null, null, ring, table);
        else if (cookie is not null)
            return new(HashKey.Cookie, name, path, ttl, ring, table) { CookieAttributes = attributes };
        else if (parameter is not null)
            return new(HashKey.QueryParameter, parameter, null, null, ring, table);
        else if (sourceIp)
            return new(HashKey.SourceIp, null, null, null, ring, table);
        else
            hash.Refuse(null, $"without a key is not carried out by the local mesh: it has to have one of {string.Join(", ", Keys)}");

        return null;
    }

    private static (string? Name, string? Path, TimeSpan? Ttl, string Attributes) ReadCookie(YamlFields cookie)
    {
        var ttl = cookie.Duration("ttl", DurationRule.Any);
        var names = new HashSet<string>();
        var attributes = string.Concat(cookie.Objects("attributes").Select(attribute => ReadAttribute(attribute, names)));
        if (ttl is null)
            cookie.Note("attributes", "has no effect without a ttl: no cookie is made");

        var read = (cookie.RequiredText("name"), cookie.FilledText("path"), ttl, attributes);
        cookie.Done();
        return read;
    }

    // As it stands in Set-Cookie.
    private static string ReadAttribute(YamlFields attribute, HashSet<string> names)
    {
        var (name, value) = (attribute.RequiredText("name") ?? "", attribute.Text("value") ?? "");
        if (name.Length > 0 && !names.Add(name))
            attribute.Report("name", $"'{name}' is given twice");

        foreach (var (field, text) in (ReadOnlySpan<(string, string)>)[("name", name), ("value", value)])
        {
            if (text.Any(character => character is < ' ' or > '~'))
                attribute.Report(field, "has to be of printable ASCII characters, as it is sent in a header");
        }

        attribute.Done();
        return value.Length == 0 ? $"; {name}" : $"; {name}={value}";
    }

    private static int ReadRingSize(YamlFields hash)
    {
        const int Default = 1024;
        var size = ReadSize(hash);
        if (size > 0 && (hash.Has("ringHash") || hash.Has("maglev")))
            hash.Report("minimumRingSize", "is deprecated and cannot stand beside ringHash or maglev");

        if (hash.Object("ringHash") is { } ring)
        {
            if (hash.Has("maglev"))
                hash.Report(null, "has to have one of ringHash and maglev");

            size = ReadSize(ring);
            ring.Done();
        }

        return size == 0 ? Default : size;

        static int ReadSize(YamlFields fields)
        {
            const string Name = "minimumRingSize";
            var size = fields.Count(Name) ?? 0;
            if (size > MaxRingSize)
                fields.Refuse(Name, $"{size} is not carried out by the local mesh, nor by Envoy: up to {MaxRingSize} is");

            return size;
        }
    }

    private static int? ReadTableSize(YamlFields hash)
    {
        if (hash.Object("maglev") is not { } maglev)
            return null;

        var size = maglev.Whole("tableSize", 1, MaxTableSize - 1);
        if (!maglev.Has("tableSize"))
            maglev.Report("tableSize", "is missing");
        else if (size is { } number && !IsPrime(number))
            maglev.Report("tableSize", "has to be a prime number");

        maglev.Done();
        return size;
    }

    // 1 counts as one for Envoy, and so for Istio.
    private static bool IsPrime(int number)
    {
        if (number < 4)
            return true;

        for (var factor = 2; factor * factor <= number; factor++)
        {
            if (number % factor == 0)
                return false;
        }

        return true;
    }
}
