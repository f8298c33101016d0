using MessageBoard.MessageService.Authors;
using MessageBoard.MessageService.Messages;
using MessageBoard.Shared;
using MessageBoard.Shared.Stores;

var builder = WebApplication.CreateSlimBuilder(args);
// A message without text is none.
builder.AddServiceApi("message-service", new("GET", "/api/messages"), new("POST", "/api/messages", """{"message":""}"""));
builder.Services.AddStore<MessageStore>();
builder.Services.AddAuthors();

var app = builder.Build();
app.UseServiceApi();
app.MapMessages();
app.Run();

/// <summary>The service, for tests that start it.</summary>
public partial class Program;
