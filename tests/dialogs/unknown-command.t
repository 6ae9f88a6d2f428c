# A command that nobody knows is 500 5.5.2, and the session goes on. (RFC 5321 4.2.4, RFC 3463)
alone
C: BREW coffee
S: 500 5.5.2 *
C: 
S: 500 5.5.2 *
C: MAILFROM:<a@office.example>
S: 500 5.5.2 *
C: NOOP
S: 250 2.0.0 *
