namespace MessageBoard.Mesh.RegularExpressions;

/// <summary>A regular expression that RE2 knows and that is not carried out here.</summary>
public sealed class UnsupportedExpressionException(string message) : ArgumentException(message);
