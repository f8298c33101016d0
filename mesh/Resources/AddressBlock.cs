using System.Net.Sockets;

namespace MessageBoard.Mesh.Resources;

/// <summary>Addresses as policies write them: one, or a block, <c>10.1.2.3/16</c>, whose last bits do not count.</summary>
public readonly struct AddressBlock
{
    private readonly IPNetwork _network;

    private AddressBlock(IPNetwork network) => _network = network;

    /// <summary>Reads a text by the rules of Go's netip, as Istio's <c>ValidateIPs</c> does: dotted, without leading zeros.</summary>
    public static bool TryParse(string text, out AddressBlock block)
    {
        block = default;
        var slash = text.IndexOf('/');
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address) || (slash >= 0 && text.Contains('%')))
            return false;

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        if (slash >= 0
            && !(text[(slash + 1)..] is "0" or [>= '1' and <= '9', ..]
                && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bits))
            return false;

        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF << Math.Clamp(8 - (length - 8 * i), 0, 8));

        block = new(new(new IPAddress(bytes), length));
        return true;
    }

    /// <summary>Whether an address is one of these.</summary>
    public bool Contains(IPAddress address) => _network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool TryParseAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!) && !text.Contains('[')
            && (text.Contains(':') || address.ToString() == text); // .NET reads 10.1 and 0x0a000001 as addresses, too
}
