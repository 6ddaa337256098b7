"""The independent check. Shares no code with what plans: types, errors and numpy only."""
