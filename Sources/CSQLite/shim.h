// SQLite writes the database of tables that analysts query.
#include <sqlite3.h>
