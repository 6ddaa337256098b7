"""The command line: a thin face that joins the rooms and turns errors into exit codes."""
