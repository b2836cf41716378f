"""Tables in the shape of the Metapsy data standard: one comparison of two arms a row."""

from ataraxy.interop.metapsy.read import read_table
from ataraxy.interop.metapsy.render import render_table

__all__ = ["read_table", "render_table"]
