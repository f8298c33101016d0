namespace MessageBoard.MeshCheck.Requests;

/// <summary>No chance: the draw is what it is told to be.</summary>
/// <param name="draw">From 0 to below the sum of the weights.</param>
internal sealed class FixedDraw(int draw) : Random
{
    public override int Next(int maxValue) => Math.Min(draw, maxValue - 1);
}
