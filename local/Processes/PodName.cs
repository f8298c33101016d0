using System.Security.Cryptography;
using System.Text;

namespace MessageBoard.Local.Processes;

/// <summary>Names as a Deployment's pods have them: deployment, template hash, five random characters.</summary>
internal static class PodName
{
    // k8s.io/apimachinery/pkg/util/rand: no vowels, so that no words come out, and nothing that looks alike.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Create(string app, string cluster)
    {
        var deployment = $"{app}-{cluster}";
        return $"{deployment}-{TemplateHash(deployment)}-{RandomNumberGenerator.GetString(Alphabet, 5)}";
    }

    /// <summary>An FNV-1a hash, its decimal digits written in the alphabet (SafeEncodeString), as the deployment controller does.</summary>
    private static string TemplateHash(string template)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(template))
            hash = (hash ^ octet) * 16777619u;

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
    }
}
