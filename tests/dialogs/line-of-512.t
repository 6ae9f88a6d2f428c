# A command line of 512 octets and more is taken. (RFC 5321 4.5.3.1.4)
alone
C: NOOP \
C*505: x\
C: 
S: 250 2.0.0 *
C: NOOP \
C*2041: x\
C: 
S: 250 2.0.0 *
