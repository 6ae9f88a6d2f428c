# A key that stands twice is no service. (DESIGN.md 4)
settings: recipient_limit = 10
settings: recipient_limit = 20
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:2:*recipient_limit*
