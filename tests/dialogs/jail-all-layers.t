# By default all layers hold. (DESIGN.md 1.1)
only: root
not sanitized
C: NOOP
S: 250 2.0.0 *
log: connect jail=chroot+landlock+seccomp+limits
