// The one place where the two package sets differ (docs/dependencies.md).
#if FULL_PACKAGE_SET
global using MySqlConnector;
#else
global using MySql.Data.MySqlClient;
#endif
