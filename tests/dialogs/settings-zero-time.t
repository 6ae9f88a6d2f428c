# A time of 0 is an error, not for ever and not at once. (DESIGN.md 4)
settings: command_timeout = 0
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*command_timeout*
