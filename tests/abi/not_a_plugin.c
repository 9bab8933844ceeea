/* A shared library of another program. */
extern __attribute__((visibility("default"))) int answer(void);
int answer(void) {
  return 42;
}
