namespace MessageBoard.Mesh.Loading;

/// <summary>Istio's kinds that steer nothing on one machine: they are validated to the bottom, and not carried out.</summary>
internal static class OtherKinds
{
    public static void Check(string kind, string name, YamlFields spec)
    {
        switch (kind)
        {
            case "Gateway":
                GatewayValidator.Check(name, spec);
                break;
            case "PeerAuthentication":
                PeerAuthenticationValidator.Check(spec);
                break;
            case "Sidecar":
                SidecarValidator.Check(spec);
                break;
            case "EnvoyFilter":
                EnvoyFilterValidator.Check(spec);
                break;
            case "ProxyConfig":
                ProxyConfigValidator.Check(spec);
                break;
            case "WorkloadGroup":
                WorkloadGroupValidator.Check(spec);
                break;
            case "Telemetry":
                TelemetryValidator.Check(spec);
                break;
            case "WasmPlugin":
                WasmPluginValidator.Check(spec);
                break;
            default: // TrafficExtension
                TrafficExtensionValidator.Check(spec);
                break;
        }
    }
}
