"""The same demands on Python's codec, steered by the coverage of its bytecode (atheris, libFuzzer).

`python -m tests.firmware_protocol.fuzz_atheris -max_total_time=60` ends with 0 if nothing broke and
with 3 if atheris is not installed (there are wheels for some systems only: extra `fuzz`).
"""

from __future__ import annotations

import sys


def main() -> int:
    """Hand over to libFuzzer, which ends the process by itself."""
    try:
        import atheris
    except ImportError:
        sys.stderr.write("atheris is not installed: this part was NOT fuzzed\n")
        return 3
    with atheris.instrument_imports(include=["firmware_protocol", "mesogun.device.link"]):
        from tests.firmware_protocol.fuzz_python import dressed, executed

    def one_input(data: bytes) -> None:
        if not data:
            return
        for bytes_ in (data[1:], dressed(data[1:])):
            for _ in executed(bytes_, data[0]):
                pass

    arguments = ["-max_len=1024", "-print_final_stats=1", *sys.argv[1:]]
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
