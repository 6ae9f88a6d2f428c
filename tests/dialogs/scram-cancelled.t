# `*` cancels SCRAM before its first message and behind the server's; no failed login. (RFC 4954 4)
settings: failure_limit = 5
account: alice sesame-open
C: AUTH SCRAM-SHA-256
S: 334 
C: *
S: 501 5.7.0 *
C: AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=rOprNGfwEbeRWgbNEkqO}
S: 334 *
C: *
S: 501 5.7.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail mechanism=SCRAM-SHA-256 reason=cancelled
log: auth result=fail mechanism=SCRAM-SHA-256 reason=cancelled
log: auth result=ok mechanism=PLAIN user=alice
