# What is no base64 is 501 5.5.2 at every step of SCRAM, and no failed login. (RFC 4954 4)
settings: failure_limit = 5
account: alice sesame-open
C: AUTH SCRAM-SHA-256 !!!!
S: 501 5.5.2 *
C: AUTH SCRAM-SHA-256
S: 334 
C: biws=
S: 501 5.5.2 *
C: AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=rOprNGfwEbeRWgbNEkqO}
S: 334 *
C: bi ws
S: 501 5.5.2 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail mechanism=SCRAM-SHA-256 reason=malformed
log not: reason=wrong
