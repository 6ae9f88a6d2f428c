# A settings file that cannot be read is no service, and the log names it. (DESIGN.md 4)
settings: missing
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf*
