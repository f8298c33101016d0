using MessageBoard.Shared.Http;

namespace MessageBoard.Gateway;

/// <summary>The texts of the gateway's own problems.</summary>
internal static class GatewayProblems
{
    /// <summary>At the edge, before anything is routed.</summary>
    public static readonly ProblemText
        HostUnknown = new(
            "hostUnknown", "The gateway does not go by this host name; Gateway:Hosts (deploy-all.sh --host) has those it answers to.",
            "게이트웨이는 이 호스트 이름으로 응답하지 않습니다. 응답하는 이름은 Gateway:Hosts(deploy-all.sh --host)에 있습니다."),
        OtherOrigin = new(
            "otherOrigin",
            "Only a page of this origin may have this done. A proxy that ends TLS has to stand in Gateway:TrustedProxies.",
            "이 출처의 페이지만 할 수 있습니다. TLS를 끝내는 프록시는 Gateway:TrustedProxies에 있어야 합니다."),
        PathNotPlain = new(
            "pathNotPlain", @"The path has a \, or is an absolute address with an escaped slash.",
            @"경로에 \가 있거나, 이스케이프된 빗금이 든 절대 주소입니다."),
        NotForwardable = new(
            "notForwardable", "A request like this cannot be passed on.", "이런 요청은 전달할 수 없습니다."),
        BodyBroken = new(
            "bodyBroken", "The body broke off, or is not what its headers say.", "본문이 끊겼거나 헤더가 말하는 것과 다릅니다."),
        BodyTooSlow = new("bodyTooSlow", "The body came too slowly.", "본문이 너무 느리게 왔습니다.");

    /// <summary>Of traces and logs.</summary>
    public static readonly ProblemText
        TraceId = new("traceId", "has to be a trace id: 32 hex digits, not all 0.", "추적 ID여야 합니다. 16진수 32자리이며 모두 0이어서는 안 됩니다."),
        TelemetryName = new(
            "name", "has to be 1 to 63 letters, digits, dots, hyphens and underscores.",
            "1~63자의 글자, 숫자, 점, 하이픈, 밑줄이어야 합니다."),
        Duration = new(
            "range", "has to be a whole number of ms, from 0 to {0}.", "0에서 {0} 사이의 정수(ms)여야 합니다."),
        OwnTrace = new(
            "ownTrace", "has to be that of a request of your own; only an admin reads all logs.",
            "자신이 보낸 요청의 것이어야 합니다. 모든 로그는 관리자만 읽습니다."),
        SampledOut = new(
            "sampledOut", "This trace was not kept: of many requests only some are.",
            "이 추적은 보관되지 않았습니다. 많은 요청 가운데 일부만 보관됩니다."),
        TooOld = new(
            "tooOld", "This trace was kept, but newer ones have taken its place.",
            "이 추적은 보관되었지만 더 새로운 것들이 그 자리를 차지했습니다."),
        TelemetryOff = new(
            "off", "Telemetry is off, or sent to where it cannot be read back from here.",
            "텔레메트리가 꺼져 있거나, 여기에서 다시 읽을 수 없는 곳으로 보내집니다."),
        UnknownTrace = new(
            "unknown", "There is no such trace among those of your own requests.", "자신이 보낸 요청 가운데 그런 추적이 없습니다."),
        TelemetryUnavailable = new(
            "unavailable", "Traces and logs cannot be read at the moment; try again.",
            "지금은 추적과 로그를 읽을 수 없습니다. 다시 시도하세요."),
        TooManySpans = new("tooManySpans", "Too many spans in a short time.", "짧은 시간에 스팬이 너무 많습니다."),
        NoJson = new("noJson", "The body is no JSON.", "본문이 JSON이 아닙니다.");

    /// <summary>Of the mesh's configuration.</summary>
    public static readonly ProblemText
        UnknownService = new(
            "unknownService", "There is no service '{0}'; there are {1}.", "'{0}' 서비스는 없습니다. 있는 서비스: {1}."),
        NoDefaultRoute = new(
            "noDefaultRoute", "'{0}' has no VirtualService or HTTPRoute with a default route.",
            "'{0}'에는 기본 라우트가 있는 VirtualService나 HTTPRoute가 없습니다."),
        Changed = new(
            "changed", "Somebody else has changed this {0} in the meantime; this is what it says now.",
            "그사이 다른 사람이 이 {0}을(를) 바꾸었습니다. 지금의 내용을 보여 줍니다."),
        NotInEachCluster = new(
            "notInEachCluster", "The edit could not be made in every cluster.", "모든 클러스터에서 변경하지는 못했습니다."),
        NotAllowed = new("notAllowed", "What is asked for is not allowed.", "요청한 내용은 허용되지 않습니다."),
        NoFormerVersion = new(
            "noFormerVersion", "{0} has no former version to go back to.", "{0}에는 되돌아갈 이전 버전이 없습니다."),
        VersionGone = new(
            "versionGone", "Version '{0}' of {1} is not kept, or never was.", "{1}의 버전 '{0}'은 보관되지 않았거나 없었던 것입니다."),
        Refused = new(
            "refused", "The mesh would refuse this text; nothing has changed.",
            "메시가 이 내용을 거부할 것이므로 아무것도 바뀌지 않았습니다."),
        NoResource = new("noResource", "There is no {0} '{1}'.", "{0} '{1}'이(가) 없습니다."),
        UnknownCluster = new(
            "unknownCluster", "There is no cluster '{0}'; there are {1}.", "'{0}' 클러스터는 없습니다. 있는 클러스터: {1}."),
        RolloutRuns = new(
            "rolloutRuns", "A roll-out of '{0}' is running; stop it first.", "'{0}'의 롤아웃이 진행 중입니다. 먼저 중지하세요."),
        NoRollout = new("noRollout", "'{0}' has had no roll-out.", "'{0}'에는 롤아웃이 없었습니다."),
        NoRunningRollout = new(
            "noRunningRollout", "'{0}' has no roll-out that is running.", "'{0}'에는 진행 중인 롤아웃이 없습니다."),
        NotInForce = new(
            "notInForce",
            "The weights are not in force: the gateway's pod has no Istio proxy, so Kubernetes picks the pods.",
            "가중치가 적용되지 않고 있습니다. 게이트웨이 파드에 Istio 프록시가 없어 Kubernetes가 파드를 고르므로 롤아웃이 아무것도 옮기지 못합니다."),
        NoFailover = new(
            "noFailover", "The services have no DestinationRules and VirtualServices that can be edited here.",
            "서비스에 여기에서 편집할 수 있는 DestinationRule과 VirtualService가 없습니다."),
        LocalOnly = new(
            "localOnly", "Only a local run can take clusters down.", "로컬 실행에서만 클러스터를 내릴 수 있습니다.");

    /// <summary>Of the traffic.</summary>
    public static readonly ProblemText
        UserPlaces = new(
            "userPlaces", "You have all {0} places of a user at the event stream.",
            "한 사용자가 쓸 수 있는 이벤트 스트림 자리 {0}개를 모두 쓰고 있습니다."),
        AddressPlaces = new(
            "addressPlaces",
            "This address has all {0} places of an address at the event stream. Who is logged in has places apart.",
            "이 주소가 한 주소의 이벤트 스트림 자리 {0}개를 모두 쓰고 있습니다. 로그인한 사용자에게는 따로 자리가 있습니다."),
        AllPlaces = new("allPlaces", "All places at the event stream are taken.", "이벤트 스트림의 자리가 모두 찼습니다."),
        RequestGone = new("requestGone", "Only the last {0:N0} requests are kept.", "마지막 요청 {0:N0}개만 보관됩니다.");
}
