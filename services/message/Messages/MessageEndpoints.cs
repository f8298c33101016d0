using System.Security.Claims;
using MessageBoard.MessageService.Authors;
using MessageBoard.Shared;
using MessageBoard.Shared.Http;
using MessageBoard.Shared.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MessageBoard.MessageService.Messages;

/// <summary>The caller's own messages.</summary>
internal static class MessageEndpoints
{
    private const int MaxLength = 4_000;

    private static readonly ProblemText
        MessageLength = new("length", "has to be 1 to {0:N0} characters, without NUL.", "NUL 없이 1~{0:N0}자여야 합니다."),
        SearchLength = new("length", "has to be 1 to {0:N0} characters.", "1~{0:N0}자여야 합니다.");

    public static IEndpointRouteBuilder MapMessages(this IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("/api/messages").WithTags("messages");
        open.MapPing();

        var own = open.MapGroup("").RequireAuthorization(SessionAuthentication.UserPolicy);
        own.MapPost("", PostAsync).WithSummary("Posts a message.");
        own.MapGet("", ListAsync).WithSummary("The caller's messages, newest first.");
        own.MapGet("/search", SearchAsync).WithSummary("The caller's messages that contain q, without regard to case.");
        own.MapGet("/{id:long}", GetAsync).WithSummary("One message of the caller's.");
        own.MapDelete("/{id:long}", DeleteAsync).WithSummary("Deletes a message of the caller's.");
        return app;
    }

    /// <summary>A message to post.</summary>
    public sealed record NewMessage(string? Message);

    /// <summary>A message.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Message">Its text.</param>
    /// <param name="Author">Who wrote it; null when user-service cannot tell now.</param>
    /// <param name="CreatedAt">When.</param>
    public sealed record MessageView(long Id, string Message, string? Author, DateTimeOffset CreatedAt);

    private static async Task<Results<Created<MessageView>, ValidationProblem>> PostAsync(
        NewMessage body, ClaimsPrincipal user, MessageStore messages, CancellationToken cancellationToken)
    {
        var text = body.Message?.Trim();
        if (text is null || text.EnumerateRunes().Count() is < 1 or > MaxLength || text.Contains('\0'))
            return Problems.Invalid("message", MessageLength.With(MaxLength));

        var session = user.Session();
        var message = await messages.AddAsync(session.UserId, text, cancellationToken);
        return TypedResults.Created($"/api/messages/{message.Id}", View(message, session.Username));
    }

    private static async Task<Results<Ok<Page<MessageView>>, ValidationProblem>> ListAsync(
        string? offset, string? limit, ClaimsPrincipal user, MessageStore messages, AuthorLookup authors,
        CancellationToken cancellationToken) =>
        Paging.TryRead(offset, limit, out var paging, out var problem)
            ? TypedResults.Ok(await ReadAsync(user, null, paging, messages, authors, cancellationToken))
            : problem;

    private static async Task<Results<Ok<Page<MessageView>>, ValidationProblem>> SearchAsync(
        string? q, string? offset, string? limit, ClaimsPrincipal user, MessageStore messages, AuthorLookup authors,
        CancellationToken cancellationToken)
    {
        if (q is null || q.Length is 0 or > MaxLength)
            return Problems.Invalid("q", SearchLength.With(MaxLength));

        return Paging.TryRead(offset, limit, out var paging, out var problem)
            ? TypedResults.Ok(await ReadAsync(user, q, paging, messages, authors, cancellationToken))
            : problem;
    }

    private static async Task<Results<Ok<MessageView>, NotFound>> GetAsync(
        long id, ClaimsPrincipal user, MessageStore messages, AuthorLookup authors, CancellationToken cancellationToken)
    {
        if (await messages.FindAsync(user.Session().UserId, id, cancellationToken) is not { } message)
            return TypedResults.NotFound();

        var names = await authors.NamesAsync([message.UserId], cancellationToken);
        return TypedResults.Ok(View(message, names.GetValueOrDefault(message.UserId)));
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        long id, ClaimsPrincipal user, MessageStore messages, CancellationToken cancellationToken) =>
        await messages.TryDeleteAsync(user.Session().UserId, id, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();

    private static async Task<Page<MessageView>> ReadAsync(
        ClaimsPrincipal user, string? text, Paging paging, MessageStore messages, AuthorLookup authors, CancellationToken cancellationToken)
    {
        var page = await messages.ListAsync(user.Session().UserId, text, paging, cancellationToken);
        var names = await authors.NamesAsync(page.Items.Select(message => message.UserId), cancellationToken);
        return new(
            [.. page.Items.Select(message => View(message, names.GetValueOrDefault(message.UserId)))], page.Total, page.Offset, page.Limit);
    }

    private static MessageView View(StoredMessage message, string? author) =>
        new(message.Id, message.Message, author, DateTimeOffset.FromUnixTimeMilliseconds(message.CreatedAt));
}
