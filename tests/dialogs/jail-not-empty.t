# As root, a jail that is not empty is no service. (DESIGN.md 4)
only: root
settings: jail = /etc
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*/etc*
