# A client that makes 20 errors is talked to no longer. (RFC 5321 3.8, RFC 6409 4.1)
alone
C*19: BREW coffee
S*19: 500 5.5.2 *
C: NOOP
S: 250 2.0.0 *
C: BREW tea
S: 500 5.5.2 *
S: 421 4.7.0 *
S: closed
log: disconnect reason=errors
