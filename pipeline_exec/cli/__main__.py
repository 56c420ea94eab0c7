"""``python -m pipeline_exec.cli``, which is how the supervisor starts the parts."""

from pipeline_exec.cli import main

main()
