namespace MessageBoard.Mesh.Authentication;

/// <summary>Why a token is refused, in Envoy's words (source/common/jwt/status.cc).</summary>
internal static class TokenProblem
{
    public const string Missing = "Jwt is missing";
    public const string NotYetValid = "Jwt not yet valid";
    public const string Expired = "Jwt is expired";
    public const string BadFormat = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
    public const string HeaderBadBase64 = "Jwt header is an invalid Base64url encoded";
    public const string HeaderBadJson = "Jwt header is an invalid JSON";
    public const string HeaderBadAlgorithm = "Jwt header [alg] field is required and must be a string";
    public const string AlgorithmNotSupported = "Jwt header [alg] is not supported";
    public const string HeaderBadKeyId = "Jwt header [kid] field is not a string";
    public const string PayloadBadBase64 = "Jwt payload is an invalid Base64url encoded";
    public const string PayloadBadJson = "Jwt payload is an invalid JSON";
    public const string BadAudience = "Jwt payload [aud] field is not a string or string list";
    public const string SignatureBadBase64 = "Jwt signature is an invalid Base64url encoded";
    public const string UnknownIssuer = "Jwt issuer is not configured";
    public const string AudienceNotAllowed = "Audiences in Jwt are not allowed";
    public const string VerificationFails = "Jwt verification fails";
    public const string NoValidKeys = "Jwks doesn't have any valid public key";
    public const string NoMatchingKey = "Jwks doesn't have key to match kid or alg from Jwt";
    public const string FetchFailed = "Jwks remote fetch is failed";

    public static string NotText(string claim) => $"Jwt payload [{claim}] field is not a string";

    public static string NotWhole(string claim) => $"Jwt payload [{claim}] field is not an integer";

    public static string OutOfRange(string claim) => $"Jwt payload [{claim}] field is not a positive 64 bit integer";
}
