# INT ends a connection as TERM does, also where a shell had it ignored. (DESIGN.md 1.6)
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
signal: INT
S: 421 4.3.2 *
S: closed
log: disconnect reason=signal
