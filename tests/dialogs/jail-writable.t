# As root, a jail that others may write is no service. (DESIGN.md 4)
only: root
settings: jail = /tmp
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*/tmp*
