# As root, uid 0 for user is no service. (DESIGN.md 4)
only: root
settings: user = 0:61001
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*user*
