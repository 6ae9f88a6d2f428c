# As root, one uid for both is no service. (DESIGN.md 4)
only: root
settings: user = 61002:61002
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*user*
