# A client that hangs up within a login leaves no process, and has not failed. (DESIGN.md 1.7)
account: alice sesame-open
C: AUTH LOGIN
S: 334 *
C: {base64 alice}
S: 334 *
hang up
log: disconnect reason=hangup stage=auth
log not: result=fail
