# A failed login leaves the connection as it was; the next may succeed. (RFC 4954 4)
account: alice sesame-open
C: AUTH LOGIN
S: 334 *
C: {base64 alice}
S: 334 *
C: {base64 sesame-wrong}
S: 535 5.7.8 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail mechanism=LOGIN user=alice reason=wrong
log: auth result=ok mechanism=PLAIN user=alice
