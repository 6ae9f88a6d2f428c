# An address one beyond the network is outside it. (RFC 6409 4.3)
settings: networks = 127.2.0.0/16
client: 127.3.0.0
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
