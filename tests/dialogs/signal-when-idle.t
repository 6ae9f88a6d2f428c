# TERM ends an idle connection in order. (RFC 5321 3.8, DESIGN.md 1.6)
C: NOOP
S: 250 2.0.0 *
signal: TERM
S: 421 4.3.2 *
S: closed
log: disconnect reason=signal
