namespace MessageBoard.Shared.Http;

/// <summary>The texts of problems that several processes can have.</summary>
public static class ProblemTexts
{
    /// <summary>Texts that say what they are for.</summary>
    public static readonly ProblemText
        RedisUnavailable = new("redisUnavailable", "Redis is not available just now.", "지금은 Redis를 쓸 수 없습니다."),
        DatabaseUnavailable = new(
            "databaseUnavailable", "The database is not available just now.", "지금은 데이터베이스를 쓸 수 없습니다."),
        LogIn = new("logIn", "Log in first.", "먼저 로그인하세요."),
        AdminOnly = new("adminOnly", "Only an admin may do this.", "관리자만 할 수 있습니다."),
        BodyTooLarge = new("bodyTooLarge", "The body is too large.", "본문이 너무 큽니다."),
        BodyNotJson = new("bodyNotJson", "The body has to be application/json.", "본문은 application/json이어야 합니다."),
        BodyNotUtf8 = new("bodyNotUtf8", "The body has to be UTF-8.", "본문은 UTF-8이어야 합니다."),
        BodyNotObject = new(
            "bodyNotObject", "The body is not the JSON object that is wanted here.", "본문이 여기에 필요한 JSON 객체가 아닙니다."),
        Malformed = new(
            "malformed", "A parameter or the body is missing or malformed.", "매개변수나 본문이 없거나 형식이 잘못되었습니다."),
        WrongType = new("wrongType", "has a value of the wrong type.", "값의 형식이 잘못되었습니다."),
        Offset = new("range", "has to be a whole number from 0.", "0 이상의 정수여야 합니다."),
        TrueOrFalse = new("trueOrFalse", "has to be true or false.", "true 또는 false여야 합니다."),
        OneOf = new("oneOf", "has to be one of {0}.", "다음 중 하나여야 합니다: {0}."),
        HexDigits = new("hexDigits", "has to be {0} hex digits.", "16진수 {0}자리여야 합니다."),
        Name = new(
            "name", "has to be a name of at most {0} lower-case letters, digits and hyphens.",
            "영어 소문자, 숫자, 하이픈으로 된 {0}자 이하의 이름이어야 합니다."),
        Limit = new("range", "has to be a whole number from 1 to {0}.", "1에서 {0} 사이의 정수여야 합니다.");

    // What a problem is called that has no other title or code, by status. The English titles are HTTP's (RFC 9110, section 15).
    private static readonly Dictionary<int, ProblemText> OfStatus = new[]
    {
        (400, new ProblemText("badRequest", "Bad Request", "잘못된 요청")),
        (401, new("unauthorized", "Unauthorized", "로그인 필요")),
        (403, new("forbidden", "Forbidden", "권한 없음")),
        (404, new("notFound", "Not Found", "찾을 수 없음")),
        (405, new("methodNotAllowed", "Method Not Allowed", "허용되지 않은 메서드")),
        (408, new("requestTimeout", "Request Timeout", "요청 시간 초과")),
        (409, new("conflict", "Conflict", "충돌")),
        (413, new("contentTooLarge", "Content Too Large", "내용이 너무 큼")),
        (415, new("unsupportedMediaType", "Unsupported Media Type", "지원하지 않는 형식")),
        (421, new("misdirectedRequest", "Misdirected Request", "잘못 전달된 요청")),
        (422, new("unprocessableContent", "Unprocessable Content", "처리할 수 없는 내용")),
        (429, new("tooManyRequests", "Too Many Requests", "요청이 너무 많음")),
        (500, new("internalError", "An error occurred while processing your request.", "요청을 처리하는 중 오류가 발생했습니다.")),
        (502, new("badGateway", "Bad Gateway", "잘못된 게이트웨이 응답")),
        (503, new("serviceUnavailable", "Service Unavailable", "서비스를 쓸 수 없음")),
        (504, new("gatewayTimeout", "Gateway Timeout", "게이트웨이 시간 초과")),
    }.ToDictionary(row => row.Item1, row => row.Item2);

    /// <summary>The title and code of a status; null of one that is not among them.</summary>
    public static ProblemText? Of(int? status) => status is { } known ? OfStatus.GetValueOrDefault(known) : null;

    /// <summary>The title and code of a problem with fields.</summary>
    public static readonly ProblemText Invalid =
        new("invalid", "One or more validation errors occurred.", "올바르지 않은 값이 있습니다.");
}
