# HUP ends a connection as TERM and INT do, also where the superserver had it blocked. (DESIGN.md 1.6)
C: NOOP
S: 250 2.0.0 *
signal: HUP
S: 421 4.3.2 *
S: closed
log: disconnect reason=signal
