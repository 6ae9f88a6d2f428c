# After a login there is no other. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 503 5.5.1 *
C: RSET
S: 250 2.0.0 *
C: AUTH LOGIN
S: 503 5.5.1 *
