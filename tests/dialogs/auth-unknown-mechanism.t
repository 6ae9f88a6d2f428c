# A mechanism that was not offered is 504 5.5.4, whether or not the world knows it. (RFC 4954 4)
account: alice sesame-open
C: AUTH SCRAM-SHA-256-PLUS
S: 504 5.5.4 *
C: AUTH PLAIN-PLUS {base64 \0alice\0sesame-open}
S: 504 5.5.4 *
C: AUTH CRAM-MD5
S: 504 5.5.4 *
C: AUTH ANONYMOUS {base64 someone}
S: 504 5.5.4 *
C: AUTH EXTERNAL =
S: 504 5.5.4 *
C: AUTH PLAI {base64 \0alice\0sesame-open}
S: 504 5.5.4 *
C: AUTH ../../evil
S: 504 5.5.4 *
C: AUTH
S: 501 5.5.4 *
