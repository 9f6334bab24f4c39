"""What everything stands on: settings, problems, ids, clock, logs; knows no database and no HTTP."""
