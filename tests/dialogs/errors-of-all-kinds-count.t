# Errors of every kind count together. (RFC 5321 3.8)
C*5: BREW coffee
C*5: MAIL TO:<x>
C*5: RCPT FROM:<x>
C*4: DATA
S*5: 500 5.5.2 *
S*5: 50* 5.*
S*5: 50* 5.*
S*4: 503 5.5.1 *
C: NOOP\n
S: 501 5.5.2 *
S: 421 4.7.0 *
S: closed
