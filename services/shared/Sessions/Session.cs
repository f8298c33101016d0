namespace MessageBoard.Shared.Sessions;

/// <summary>Who is logged in.</summary>
/// <param name="UserId">The user's id in the database.</param>
/// <param name="Username">The user's name as registered.</param>
/// <param name="IsAdmin">Whether the user may edit weights and sees everybody's calls.</param>
public sealed record Session(long UserId, string Username, bool IsAdmin);
