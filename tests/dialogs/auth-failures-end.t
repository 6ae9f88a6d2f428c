# At failure_limit the connection ends with 421 4.7.0. (DESIGN.md 1.2)
settings: failure_limit = 2
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 *
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 *
S: 421 4.7.0 *
S: closed
log: disconnect reason=failures
