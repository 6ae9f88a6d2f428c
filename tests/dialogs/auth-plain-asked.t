# PLAIN without an initial response is asked for it by `334 `, the blank included. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN
S: 334 
C: {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
