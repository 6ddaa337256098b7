"""Plan, verify, dry-run, run and record mesotherapy sessions: import from the rooms' doors."""
