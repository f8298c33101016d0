using System.Text.Json.Serialization;

namespace k8s.Authentication;

/// <summary>What a credential plugin is told in KUBERNETES_EXEC_INFO.</summary>
internal sealed record ExecCredential(string ApiVersion, string Kind, ExecSpec Spec);

/// <param name="Cluster">Null unless the plugin asks for it with <c>provideClusterInfo</c>.</param>
/// <param name="Interactive">Whether it may ask a person.</param>
internal sealed record ExecSpec(ExecCluster? Cluster, bool Interactive);

/// <summary>The cluster as the kubeconfig has it; the certificate authority is PEM in base64.</summary>
internal sealed record ExecCluster(
    string Server,
    [property: JsonPropertyName("tls-server-name")] string? TlsServerName,
    [property: JsonPropertyName("insecure-skip-tls-verify")] bool? InsecureSkipTlsVerify,
    [property: JsonPropertyName("certificate-authority-data")] string? CertificateAuthorityData);

/// <summary>What it answers.</summary>
internal sealed record ExecAnswer(string? ApiVersion, string? Kind, ExecStatus? Status);

/// <summary>The credentials: a token, or certificate and key in PEM without base64, or both.</summary>
internal sealed record ExecStatus(DateTimeOffset? ExpirationTimestamp, string? Token, string? ClientCertificateData, string? ClientKeyData);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecCredential))]
[JsonSerializable(typeof(ExecAnswer))]
internal sealed partial class ExecJson : JsonSerializerContext;
