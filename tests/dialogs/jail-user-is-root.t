# As root, uid 0 for jail_user is no service. (DESIGN.md 4)
only: root
settings: jail_user = 0:0
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*jail_user*
