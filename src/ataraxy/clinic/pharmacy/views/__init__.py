"""The pharmacy's pages, one verb each."""
