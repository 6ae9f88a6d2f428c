# A continued line is no service. (DESIGN.md 4)
settings: networks = 127.0.0.1
settings:   192.0.2.1
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:2:*
