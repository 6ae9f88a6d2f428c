# More than twice failure_limit logins begun and cancelled end the connection too. (DESIGN.md 1.7)
settings: failure_limit = 1
account: alice sesame-open
C: AUTH PLAIN
S: 334 
C: *
S: 501 5.7.0 *
C: AUTH PLAIN
S: 334 
C: *
S: 501 5.7.0 *
C: AUTH PLAIN
S: 334 
C: *
S: 501 5.7.0 *
S: 421 4.7.0 *
S: closed
log: disconnect reason=failures
