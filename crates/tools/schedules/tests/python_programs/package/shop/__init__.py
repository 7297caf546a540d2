from .stock import Stock as Stock
