# As root, a name that /etc/passwd does not have is no service. (DESIGN.md 4)
only: root
settings: user = no-such-user-here
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*no-such-user-here*
