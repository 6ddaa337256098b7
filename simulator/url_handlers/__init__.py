"""Where pyserial looks for the twin: append "simulator.url_handlers" to its handler packages."""
