# The last reply arrives whole although more was sent than was ever read: no reset. (RFC 5321 3.8, 4.2)
alone
C*30000: BREW coffee
S*20: 500 5.5.2 *
S: 421 4.7.0 *
S: closed
log: disconnect reason=errors
