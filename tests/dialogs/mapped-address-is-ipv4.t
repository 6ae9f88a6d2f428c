# An IPv4 client of a dual-stack socket is the IPv4 client. (DESIGN.md 1.5)
settings: networks = 127.0.0.1
client: ::ffff:127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
log: connect client=127.0.0.1
