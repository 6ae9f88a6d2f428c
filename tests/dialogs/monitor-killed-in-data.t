# A monitor that is killed within a message sends nothing, and its session dies. (DESIGN.md 1.2)
settings: networks = 127.0.0.1
exit: -9
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
wait 0.2
signal: KILL
S: closed
unfinished
delivered: nothing
