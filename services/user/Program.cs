using MessageBoard.Shared;
using MessageBoard.Shared.Stores;
using MessageBoard.UserService.Users;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceApi("user-service", new("GET", "/api/users"), new("GET", "/api/users/me"));
builder.Services.AddStore<UserStore>();
builder.Services.AddSingleton<Passwords>().AddSingleton<Attempts>();
builder.Services.AddSingleton<ISeed, AdminSeed>();
builder.Services.AddHostedService<AdminSessions>();

var app = builder.Build();
if (args.IsSchemaCommand())
    return await app.MakeSchemaAsync();

app.UseServiceApi();
app.MapUsers();
app.MapAccounts();
app.Run();
return 0;

/// <summary>The service, for tests that start it.</summary>
public partial class Program;
