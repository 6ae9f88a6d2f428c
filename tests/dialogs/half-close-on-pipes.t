# On pipes it is the same: replies first, then the end. (DESIGN.md 1.1)
alone
pipes
C: NOOP
half close
S: 250 2.0.0 *
S: closed
log: disconnect reason=hangup
