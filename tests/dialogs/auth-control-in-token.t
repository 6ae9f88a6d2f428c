# A NUL, CR or LF within a token is no base64; what stands behind it counts for nothing. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN
S: 334 
C: {base64 \0alice\0sesame-open}\0
S: 501 5.5.2 *
C: AUTH PLAIN
S: 334 
C: {base64 \0alice\0sesame-open}\nNOOP
S: 501 5.5.2 *
C: AUTH PLAIN
S: 334 
C: {base64 \0alice\0sesame-open}\r
S: 501 5.5.2 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}\0
S: 501 5.5.2 *CR LF*
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
