using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MessageBoard.Shared.Stores;

/// <summary>Registers the stores.</summary>
public static class StoreServices
{
    /// <summary>Adds the database; the process is ready when the tables are there.</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddSingleton<Database>();
        services.AddSingleton<Schema>();
        services.AddHostedService(provider => provider.GetRequiredService<Schema>());
        services.AddHealthChecks().AddCheck<Schema>("database");
        return services;
    }

    /// <summary>Adds a store whose tables are made when the process starts.</summary>
    public static IServiceCollection AddStore<TStore>(this IServiceCollection services) where TStore : class, ISchema =>
        services.AddSingleton<TStore>().AddSingleton<ISchema>(provider => provider.GetRequiredService<TStore>());

    /// <summary>Adds Redis.</summary>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.TryAddSingleton<Redis>();
        services.AddHealthChecks().AddCheck<Redis>("redis");
        return services;
    }
}
