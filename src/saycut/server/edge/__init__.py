"""What stands around the routes: connections, doors, bounds, rates, logs and figures."""
