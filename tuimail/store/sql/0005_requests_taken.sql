-- A request is "taken" between "open" and its answer. The table holds a handful of rows.
DROP INDEX request_open;
