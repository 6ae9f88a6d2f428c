# Without a login or an accepted MAIL the connection ends after login_timeout, whatever is said. (DESIGN.md 4)
settings: login_timeout = 1s
C: NOOP
S: 250 2.0.0 *
wait 0.6
C: NOOP
S: 250 2.0.0 *
S: 421 4.4.2 *
S: closed
log: disconnect reason=timeout
