# A line over 198 octets is no service: inih would cut it without a word. (DESIGN.md 4)
settings: networks = 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 192.0.2.9 192.0.2.10 192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14 192.0.2.15 192.0.2.16 192.0.2.17 192.0.2.18
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*postern.conf:1:*198*
