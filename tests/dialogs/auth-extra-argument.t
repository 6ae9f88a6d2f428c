# Behind the initial response nothing may stand. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open} more
S: 501 5.5.2 *
