# An unknown key is no service: 421 4.3.0, and a log line with file, line and key. (DESIGN.md 4)
settings: networks = 127.0.0.1
settings: colour = red
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:2:*colour*
