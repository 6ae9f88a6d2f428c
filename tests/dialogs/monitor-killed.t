# A monitor that is killed takes its session with it at once: the client sees the end. (DESIGN.md 1.2)
exit: -9
C: NOOP
S: 250 2.0.0 *
signal: KILL
S: closed
unfinished
