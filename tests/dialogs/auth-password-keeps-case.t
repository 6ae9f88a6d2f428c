# A password's case of letters counts. (RFC 4616 2)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0Sesame-Open}
S: 535 5.7.8 *
