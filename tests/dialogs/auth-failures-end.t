# A pause before each answer but the first, 1 s then 2 s; at failure_limit the end with 421 4.7.0. (DESIGN.md 1.2)
settings: failure_limit = 3
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 *
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 *
waited: 0.9
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 *
waited: 1.9
S: 421 4.7.0 *
S: closed
log: disconnect reason=failures
