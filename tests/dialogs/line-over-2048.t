# A line over 2,048 octets is answered once, by 500, and skipped whole, however long. (RFC 5321 4.2.4)
alone
C: NOOP \
C*2042: x\
C: 
S: 500 5.5.6 *
C: NOOP \
C*100000: x\
C: 
C: NOOP
S: 500 5.5.6 *
S: 250 2.0.0 *
