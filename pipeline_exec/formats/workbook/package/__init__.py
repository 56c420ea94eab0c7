"""Archives of XML, which most workbooks are."""
