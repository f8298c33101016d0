using System.Text;

namespace MessageBoard.Shared.Stores;

/// <summary>Text as it is compared: the same in both databases, because it is done here.</summary>
public static class Folding
{
    /// <summary>Unicode's composed form (NFC) without regard to case.</summary>
    public static string Fold(string text) => text.Normalize(NormalizationForm.FormC).ToLowerInvariant();
}
