# On pipes the client is told too. (DESIGN.md 4)
pipes
settings: colour = red
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*
