# A monitor that is killed takes session and postern-tls along: the client sees the end. (DESIGN.md 1.2)
tls
exit: -9
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
signal: KILL
S: gone
unfinished
