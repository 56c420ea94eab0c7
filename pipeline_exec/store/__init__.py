"""What we remember: tables, migrations, one repository for each aggregate."""
