using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MessageBoard.Mesh.Tls;

/// <summary>The subject's alternative names in a certificate (https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6).</summary>
internal static class SubjectNames
{
    private const string Extension = "2.5.29.17";
    private const int Mail = 1, Dns = 2, Uri = 6, Address = 7;

    /// <summary>Whether the certificate has one of the names; <c>*</c> in it stands for one label, as Envoy has it.</summary>
    public static bool HasAny(X509Certificate2 certificate, IReadOnlyList<string> names)
    {
        try
        {
            return certificate.Extensions.Where(extension => extension.Oid?.Value == Extension)
                .SelectMany(extension => Read(extension.RawData))
                .Any(own => names.Any(name => Matches(own, name)));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static List<(int Kind, string Name)> Read(byte[] extension)
    {
        var names = new List<(int, string)>();
        var reader = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (tag is { TagClass: TagClass.ContextSpecific, TagValue: Mail or Dns or Uri })
                names.Add((tag.TagValue, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
            else if (tag is { TagClass: TagClass.ContextSpecific, TagValue: Address })
                names.Add((Address, reader.ReadOctetString(tag) is { Length: 4 or 16 } ip ? new IPAddress(ip).ToString() : ""));
            else
                reader.ReadEncodedValue();
        }

        return names;
    }

    private static bool Matches((int Kind, string Name) own, string name)
    {
        if (own.Kind != Dns)
            return own.Name == name;

        return own.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (own.Name.StartsWith("*.", StringComparison.Ordinal) && name.IndexOf('.') is > 0 and var dot
                && own.Name.AsSpan(1).Equals(name.AsSpan(dot), StringComparison.OrdinalIgnoreCase));
    }
}
