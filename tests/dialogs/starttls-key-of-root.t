# Started as root, smtpd serves with a key that only root can read. (DESIGN.md 1.3)
only: root
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
log: tls result=ok
