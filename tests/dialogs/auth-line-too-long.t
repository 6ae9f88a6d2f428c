# A longer one is eaten, answered 500 5.5.6, and the login is over. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN
S: 334 
C*3073: QUJD\
C: 
S: 500 5.5.6 *
C: AUTH LOGIN
S: 334 *
C*30000: QUJD\
C: 
S: 500 5.5.6 *
C: AUTH PLAIN \
C*3073: QUJD\
C: 
S: 500 5.5.6 *
C: NOOP
S: 250 2.0.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: longline value=AUTH
