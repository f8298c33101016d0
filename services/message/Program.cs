using MessageBoard.MessageService.Authors;
using MessageBoard.MessageService.Messages;
using MessageBoard.Shared;
using MessageBoard.Shared.Stores;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceApi("message-service");
builder.Services.AddStore<MessageStore>();
builder.Services.AddAuthors();

var app = builder.Build();
app.UseServiceApi();
app.MapMessages();
app.Run();

/// <summary>The service, for tests that start it.</summary>
public partial class Program;
