using System.Text.Json;

namespace MessageBoard.Local.State;

/// <summary>
/// state.json: how <c>--status</c>, <c>--stop</c> and the next start learn what runs, even after the launcher was killed.
/// </summary>
internal static class StateFile
{
    /// <summary>Null when there is none or it cannot be read.</summary>
    public static RunState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RunStateJson.Default.RunState);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            return null;
        }
    }

    public static byte[] Bytes(RunState state) => JsonSerializer.SerializeToUtf8Bytes(state, RunStateJson.Default.RunState);
}
