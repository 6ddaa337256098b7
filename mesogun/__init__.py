"""mesogun: plan, verify, dry-run, run and record mesotherapy sessions. Import from the rooms' doors."""
