# A value that is none of its kind is no service. (DESIGN.md 4)
settings: message_size_limit = 10k
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*message_size_limit*10k*
