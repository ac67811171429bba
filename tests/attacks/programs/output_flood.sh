# 34: more output than anybody wants to keep, on both streams.
yes 'a line without end' &
yes 'and another' >&2
