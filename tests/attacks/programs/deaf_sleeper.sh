# 33: deaf to every signal that can be ignored, and asleep.
trap '' TERM INT HUP QUIT PIPE ALRM USR1 USR2
(trap '' TERM; while :; do sleep 60; done) &
kill -STOP $$ &
while :; do sleep 60; done
