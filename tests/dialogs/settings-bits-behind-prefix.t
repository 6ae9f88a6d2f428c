# Bits behind a network's prefix are more often a slip than meant. (DESIGN.md 4)
settings: networks = 10.1.2.3/8
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*10.1.2.3/8*
