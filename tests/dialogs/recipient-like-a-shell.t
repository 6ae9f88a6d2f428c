# No shell is between us and sendmail: what would mean something to one reaches it as it is. (DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a$IFS@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b`id`@away.example>
S: 250 2.1.5 *
C: RCPT TO:<$HOME&@away.example>
S: 250 2.1.5 *
C: RCPT TO:<{a}*?#'~@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: shell
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a$IFS@office.example -- b`id`@away.example $HOME&@away.example {a}*?#'~@away.example
