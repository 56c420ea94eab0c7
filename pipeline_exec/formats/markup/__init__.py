"""Elements within elements, as in XML."""
