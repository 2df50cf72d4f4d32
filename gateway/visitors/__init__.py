"""The customers' door: the widget, the hosted chat and the visitor sockets, for channels that `ServesVisitors`."""
