# The connect line tells the layers that hold. (DESIGN.md 1.1)
only: root
settings: jail_layers = chroot landlock limits
not sanitized
C: NOOP
S: 250 2.0.0 *
log: connect jail=chroot+landlock+limits
