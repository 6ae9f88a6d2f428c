# A line of base64 may have 12,288 octets; what it says is another matter. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN \
C*3072: QUJD\
C: 
S: 501 5.5.2 *
C: AUTH PLAIN
S: 334 
C*3072: QUJD\
C: 
S: 501 5.5.2 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
