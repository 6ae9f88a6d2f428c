# A section is no service: keys have none. (DESIGN.md 4)
settings: [postern]
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*
