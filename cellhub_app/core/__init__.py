"""The ground floor: settings, database, storage, queue, events, security. Knows no table, no user, no framework."""
