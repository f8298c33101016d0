using System.Text;

namespace MessageBoard.Services.Tests.Http;

/// <summary>What a bad request is told.</summary>
public abstract class ProblemsTests(Board board) : BoardTests(board)
{
    [Theory]
    [InlineData("{", "application/json", 400, null)]
    [InlineData("", "application/json", 400, null)]
    [InlineData("null", "application/json", 400, null)]
    [InlineData("[]", "application/json", 400, null)]
    [InlineData("\"text\"", "application/json", 400, null)]
    [InlineData("""{"message":7}""", "application/json", 400, "message")]
    [InlineData("""{"message":{"a":1}}""", "application/json", 400, "message")]
    [InlineData("""{"message":"\ud800"}""", "application/json", 400, "message")]
    [InlineData("message=x", "application/x-www-form-urlencoded", 415, null)]
    public async Task A_body_that_is_no_message_is_told_so(string body, string type, int status, string? field)
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "/api/messages") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Add("Cookie", cookie);

        using var response = await Messages.SendAsync(request);

        await response.IsProblemAsync((HttpStatusCode)status, field);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_told_so()
    {
        var (_, cookie) = await Board.NewUserAsync();
        using var response = await Messages.SendAsync(HttpMethod.Post, "/api/messages", cookie, new { message = new string('x', 100_000) });

        await response.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("offset=-1", "offset")]
    [InlineData("offset=x", "offset")]
    [InlineData("offset=1.5", "offset")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    public async Task Paging_out_of_range_names_the_parameter(string query, string field)
    {
        var (_, cookie) = await Board.NewUserAsync();

        using var messages = await Messages.SendAsync(HttpMethod.Get, $"/api/messages?{query}", cookie);
        using var users = await Users.SendAsync(HttpMethod.Get, $"/api/users?{query}", cookie);

        await messages.IsProblemAsync(HttpStatusCode.BadRequest, field);
        await users.IsProblemAsync(HttpStatusCode.BadRequest, field);
    }
}

[Collection(Boards.Embedded)]
public sealed class EmbeddedProblemsTests(EmbeddedBoard board) : ProblemsTests(board);

[Collection(Boards.Servers)]
public sealed class ServerProblemsTests(ServerBoard board) : ProblemsTests(board);
