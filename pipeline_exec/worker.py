"""What Celery points at: the workers' application and its one task.

``celery -A pipeline_exec.worker worker`` works; ``pipeline-exec serve worker`` does the same under a name that stays.
"""

from pipeline_exec.bootstrap import celery_application
from pipeline_exec.settings import Settings

app = celery_application(Settings.from_environment())
