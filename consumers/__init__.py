"""The carriers: who brings each envelope of the log onward, at least once, in order, without ever losing one."""
