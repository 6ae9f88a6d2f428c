# A client that sends without reading is served as far as it reads, and stops nobody. (DESIGN.md 1.4)
alone
C*15000: NOOP
C: QUIT
S*15000: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
