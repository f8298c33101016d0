using System.Security.Cryptography;
using System.Text;

namespace MessageBoard.Local;

/// <summary>The first admin's password: random, made at the first start, in a file only its owner can read.</summary>
internal static class AdminPassword
{
    // Without characters that look alike (0 O, 1 l I): people copy it from a screen. 20 of 55 are 115 bits.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Returns the password when it was made just now, so that it can be printed this once; else null.</summary>
    public static string? Ensure(string file)
    {
        // An empty one is of a launcher that was killed, or had no room.
        if (File.Exists(file) && new FileInfo(file).Length > 0)
            return null;

        var password = RandomNumberGenerator.GetString(Alphabet, 20);
        AtomicFile.Write(file, Encoding.ASCII.GetBytes($"{password}\n"), secret: true);
        return password;
    }
}
