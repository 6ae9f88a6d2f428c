# `*` cancels: 501, no failed login, and the session goes on. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN
S: 334 
C: *
S: 501 5.7.0 *
C: AUTH LOGIN
S: 334 *
C: {base64 alice}
S: 334 *
C: *
S: 501 5.7.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail mechanism=PLAIN reason=cancelled
